//! The shared controls.

use schemas::fold::Outcome;
use schemas::record::{Control, Entry, Play, RoomCreated};
use schemas::reject::RejectCode;

use crate::support::{
    DURATION_MS, GUEST, OWNER, Room, chat, created, ended, movie, movie_changed, pause, play, rate,
    seek,
};

#[test]
fn a_film_that_was_not_started_stands_at_its_beginning() {
    let mut room = Room::open();
    assert!(room.state().playback().paused);
    assert_eq!(room.wait(60_000).position_ms(), 0);
}

#[test]
fn play_starts_after_the_head_start() {
    let mut room = Room::open();
    room.accepted(OWNER, play(20_000, 300));
    assert_eq!(room.wait(300).position_ms(), 20_000);
    assert_eq!(room.wait(1).position_ms(), 20_001);
    assert_eq!(room.wait(999).position_ms(), 21_000);
}

#[test]
fn pause_shows_everyone_the_frame_of_the_one_who_paused() {
    let mut room = Room::with_guest();
    room.accepted(OWNER, play(0, 0));
    room.wait(10_000).accepted(GUEST, pause(9_950));
    assert_eq!(room.wait(60_000).position_ms(), 9_950);
}

#[test]
fn seek_keeps_playing_or_paused_as_it_was() {
    let mut room = Room::open();
    room.accepted(OWNER, seek(30_000));
    assert_eq!(room.wait(1000).position_ms(), 30_000);
    room.accepted(OWNER, play(30_000, 0));
    room.accepted(OWNER, seek(50_000));
    assert_eq!(room.wait(1000).position_ms(), 51_000);
}

#[test]
fn rate_changes_the_speed_from_there_on() {
    let mut room = Room::open();
    room.accepted(OWNER, play(0, 0));
    room.wait(10_000).accepted(OWNER, rate(1.5, 10_000));
    assert_eq!(room.wait(10_000).position_ms(), 25_000);
    room.accepted(OWNER, rate(0.25, 25_000));
    assert_eq!(room.wait(10_000).position_ms(), 27_500);
}

#[test]
fn another_film_starts_afresh() {
    let mut room = Room::open();
    room.accepted(OWNER, rate(2.0, 0));
    room.accepted(OWNER, play(5000, 0));
    room.wait(1000).accepted(OWNER, movie_changed(2, "Mirror"));
    let playback = room.state().playback();
    assert_eq!(
        (playback.movie_id, playback.paused, playback.position_ms, playback.rate.to_bits()),
        (movie(2), true, 0, 1.0_f64.to_bits())
    );
    assert_eq!(room.state().movie().title, "Mirror");
}

#[test]
fn the_film_ends_once_and_goes_on_when_it_is_put_on_again() {
    let mut room = Room::open();
    assert_eq!(room.says(OWNER, ended()), Outcome::Void(RejectCode::NotNearEnd));
    room.accepted(OWNER, play(DURATION_MS - 3000, 0));
    room.wait(2000).accepted(OWNER, ended());
    assert_eq!(room.position_ms(), DURATION_MS);
    assert!(room.state().playback().paused);
    assert_eq!(room.state().ended_at_ms(), Some(room.at_ms));
    assert_eq!(room.says(OWNER, ended()), Outcome::Void(RejectCode::AlreadyEnded));
    room.accepted(OWNER, chat("what an ending"));
    assert!(room.state().ended_at_ms().is_some());
    room.accepted(OWNER, play(0, 0));
    assert_eq!(room.state().ended_at_ms(), None);
}

#[test]
fn a_film_of_unknown_length_ends_wherever_the_player_says() {
    let mut room = Room::of(RoomCreated { duration_ms: 0, ..created() });
    room.accepted(OWNER, play(0, 0));
    room.wait(7000).accepted(OWNER, ended());
    assert_eq!(room.position_ms(), 7000);
}

#[test]
fn the_position_never_passes_the_end() {
    let mut room = Room::open();
    room.accepted(OWNER, play(DURATION_MS - 1000, 0));
    assert_eq!(room.wait(60_000).position_ms(), DURATION_MS);
}

#[test]
fn where_the_owner_controls_guests_do_not() {
    let mut room = Room::of(RoomCreated { control: Control::Owner, ..created() });
    room.accepted_join(GUEST);
    for entry in [play(0, 0), pause(0), seek(0), rate(1.0, 0), movie_changed(2, "Mirror")] {
        let outcome = room.says(GUEST, entry.clone());
        assert_eq!(outcome, Outcome::Void(RejectCode::NotAllowed), "{}", entry.kind());
        room.accepted(OWNER, entry);
    }
}

/// Found by these tests: the playback used the shortened head start, the event told the long one.
#[test]
fn an_event_tells_the_head_start_that_counts() {
    let mut room = Room::open();
    room.accepted(OWNER, play(0, 60_000));
    let event = room.state().events().last().unwrap();
    assert!(matches!(event.entry, Entry::Play(Play { lead_ms: 1000, .. })));
    assert_eq!(room.state().playback().since_ms, room.at_ms + 1000);
}
