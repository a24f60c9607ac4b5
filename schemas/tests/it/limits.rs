//! Every limit of the fold, at it and one past it.

use schemas::fold::{Outcome, fold};
use schemas::limits::{
    CHAT_CHARS_MAX, END_TOLERANCE_MS, EVENTS_MAX, FRAME_BYTES_MAX, HOLD_BUDGET_MS,
    HOLD_CHARGE_MS_MIN, HOLD_MEMBERS_MAX, HOLD_MS_MAX, HOLD_WINDOW_MS, LEAD_MS_MAX, MEMBERS_MAX,
    NAME_CHARS_MAX, POSITION_MS_MAX, RATE_MAX, RATE_MIN, REASON_CHARS_MAX, RECORD_BYTES_MAX,
    TITLE_CHARS_MAX,
};
use schemas::record::{
    CloseReason, Entry, HoldAsked, LeaveReason, MovieChanged, Record, RoomCreated,
};
use schemas::reject::RejectCode;
use schemas::upstream::Film;

use crate::support::{
    DURATION_MS, GUEST, OWNER, Room, START_MS, chat, closed, command, created, ended, hold, joined,
    left, movie, movie_changed, pause, play, rate, release, room as room_id, seek, session, user,
};

const INVALID: Outcome = Outcome::Void(RejectCode::Invalid);

/// Two bytes each, so that bytes are not mistaken for characters.
fn letters(count: usize) -> String {
    "ж".repeat(count)
}

#[test]
fn chat_has_1_to_2000_characters_after_trimming() {
    let mut room = Room::open();
    room.accepted(OWNER, chat("я"));
    room.accepted(OWNER, chat(&format!(" {} ", letters(CHAT_CHARS_MAX))));
    for text in ["", " \n\t ", &letters(CHAT_CHARS_MAX + 1)] {
        assert_eq!(room.says(OWNER, chat(text)), INVALID);
    }
}

#[test]
fn a_name_has_1_to_64_characters() {
    let mut room = Room::open();
    for (number, name) in [(10, "я"), (11, letters(NAME_CHARS_MAX).as_str())] {
        let outcome = room.node(Some(user(number)), joined(name));
        assert!(matches!(outcome, Outcome::Accepted { .. }));
    }
    for name in ["", &letters(NAME_CHARS_MAX + 1)] {
        assert_eq!(room.node(Some(GUEST), joined(name)), INVALID);
    }
}

fn create_with(title: &str, owner_name: &str) -> Outcome {
    let body =
        RoomCreated { title: title.to_owned(), owner_name: owner_name.to_owned(), ..created() };
    let record = Record::of_node(room_id(), None, Entry::RoomCreated(Box::new(body)));
    fold(&mut None, &record, START_MS)
}

#[test]
fn a_title_has_1_to_300_characters_and_an_owners_name_up_to_64() {
    let longest = letters(TITLE_CHARS_MAX);
    let name = letters(NAME_CHARS_MAX);
    for (title, owner_name) in [("я", ""), (longest.as_str(), name.as_str())] {
        assert_eq!(create_with(title, owner_name), Outcome::Accepted { seq: 1 });
    }
    assert_eq!(create_with("", "Vasily"), INVALID);
    assert_eq!(create_with(&letters(TITLE_CHARS_MAX + 1), "Vasily"), INVALID);
    assert_eq!(create_with("я", &letters(NAME_CHARS_MAX + 1)), INVALID);

    let mut room = Room::open();
    room.accepted(OWNER, movie_changed(2, &longest));
    for title in ["", &letters(TITLE_CHARS_MAX + 1)] {
        assert_eq!(room.says(OWNER, movie_changed(2, title)), INVALID);
    }
}

#[test]
fn a_reason_has_up_to_64_characters() {
    let mut room = Room::open();
    let ask = |room: &mut Room, length| {
        let reason = letters(length);
        let until_ms = room.at_ms + 1000;
        room.says(OWNER, Entry::Hold(HoldAsked { reason, until_ms }))
    };
    assert!(matches!(ask(&mut room, REASON_CHARS_MAX), Outcome::Accepted { .. }));
    assert_eq!(ask(&mut room, REASON_CHARS_MAX + 1), INVALID);
}

#[test]
fn a_rate_lies_between_a_quarter_and_two() {
    let mut room = Room::open();
    for good in [RATE_MIN, 1.0, RATE_MAX] {
        room.accepted(OWNER, rate(good, 0));
    }
    let beyond = [
        RATE_MIN.next_down(),
        RATE_MAX.next_up(),
        0.0,
        -1.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ];
    for bad in beyond {
        assert_eq!(room.says(OWNER, rate(bad, 0)), INVALID, "{bad}");
    }
}

#[test]
fn a_head_start_is_cut_to_a_second() {
    for (asked_ms, given_ms) in [
        (LEAD_MS_MAX, LEAD_MS_MAX),
        (LEAD_MS_MAX + 1, LEAD_MS_MAX),
        (i64::MAX, LEAD_MS_MAX),
        (-1, 0),
    ] {
        let mut room = Room::open();
        room.accepted(OWNER, play(0, asked_ms));
        assert_eq!(room.state().playback().since_ms, room.at_ms + given_ms);
    }
}

#[test]
fn a_hold_is_cut_to_15_seconds() {
    for (asked_ms, given_ms) in [
        (1, 1),
        (HOLD_MS_MAX, HOLD_MS_MAX),
        (HOLD_MS_MAX + 1, HOLD_MS_MAX),
        (i64::MAX - START_MS, HOLD_MS_MAX),
    ] {
        let mut room = Room::open();
        room.accepted(OWNER, hold(START_MS + asked_ms));
        let playback = room.state().playback();
        assert_eq!(playback.holds[0].until_ms, START_MS + given_ms);
        assert_eq!(playback.since_ms, START_MS + given_ms);
    }
}

#[test]
fn holds_of_a_member_add_up_to_60_seconds() {
    let mut room = Room::open();
    let full = HOLD_BUDGET_MS / HOLD_MS_MAX - 1;
    for _ in 0..full {
        let until_ms = room.at_ms + HOLD_MS_MAX;
        room.accepted(OWNER, hold(until_ms));
        room.wait(HOLD_MS_MAX);
    }
    let left_ms = HOLD_BUDGET_MS - full * HOLD_MS_MAX - HOLD_CHARGE_MS_MIN;
    let until_ms = room.at_ms + left_ms;
    room.accepted(OWNER, hold(until_ms));
    room.wait(left_ms);
    let until_ms = room.at_ms + HOLD_CHARGE_MS_MIN + 1;
    assert_eq!(room.says(OWNER, hold(until_ms)), Outcome::Void(RejectCode::HeldTooOften));
    room.accepted(OWNER, hold(until_ms - 1));
}

#[test]
fn a_short_hold_is_charged_a_second() {
    let mut room = Room::open();
    for _ in 0..HOLD_BUDGET_MS / HOLD_CHARGE_MS_MIN {
        let until_ms = room.at_ms + 1;
        room.accepted(OWNER, hold(until_ms));
        room.wait(1);
    }
    let until_ms = room.at_ms + 1;
    assert_eq!(room.says(OWNER, hold(until_ms)), Outcome::Void(RejectCode::HeldTooOften));
}

#[test]
fn a_hold_counts_for_five_minutes() {
    let mut room = Room::open();
    for _ in 0..HOLD_BUDGET_MS / HOLD_MS_MAX {
        let until_ms = room.at_ms + HOLD_MS_MAX;
        room.accepted(OWNER, hold(until_ms));
        room.wait(HOLD_MS_MAX);
    }
    // The first hold ended 45 s ago; it counts in part until its end leaves the window.
    room.wait(HOLD_WINDOW_MS - 3 * HOLD_MS_MAX - 1);
    let until_ms = room.at_ms + HOLD_MS_MAX;
    assert_eq!(room.says(OWNER, hold(until_ms)), Outcome::Void(RejectCode::HeldTooOften));
    room.wait(1).accepted(OWNER, hold(until_ms));
}

#[test]
fn rooms_of_up_to_8_members_wait() {
    let mut room = Room::open();
    for number in 2..=HOLD_MEMBERS_MAX {
        room.accepted_join(user(number as u128));
    }
    let until_ms = room.at_ms + 1000;
    room.accepted(OWNER, hold(until_ms));
    room.accepted_join(user(99));
    assert_eq!(room.says(GUEST, hold(until_ms)), Outcome::Void(RejectCode::TooManyToHold));
    room.accepted(OWNER, release());
    room.node(Some(user(99)), left(LeaveReason::Left));
    room.accepted(GUEST, hold(until_ms));
}

#[test]
fn the_end_is_believed_within_5_seconds_of_it() {
    let mut room = Room::open();
    room.accepted(OWNER, pause(DURATION_MS - END_TOLERANCE_MS - 1));
    assert_eq!(room.says(OWNER, ended()), Outcome::Void(RejectCode::NotNearEnd));
    room.accepted(OWNER, pause(DURATION_MS - END_TOLERANCE_MS));
    room.accepted(OWNER, ended());
}

#[test]
fn a_room_has_up_to_2000_members() {
    let mut room = Room::open();
    for number in 2..=MEMBERS_MAX {
        room.accepted_join(user(number as u128));
    }
    let late = user(MEMBERS_MAX as u128 + 1);
    assert_eq!(room.join(late), Outcome::Void(RejectCode::RoomFull));
    room.node(Some(GUEST), left(LeaveReason::Left));
    room.accepted_join(late);
}

#[test]
fn a_room_has_up_to_200_000_events_and_still_ends_well() {
    let mut room = Room::with_guest();
    for _ in room.state().events().len()..EVENTS_MAX {
        room.accepted(OWNER, chat("x"));
    }
    let too_long = Outcome::Void(RejectCode::RoomTooLong);
    assert_eq!(room.says(OWNER, chat("x")), too_long);
    assert_eq!(room.join(user(3)), too_long);
    let left = room.node(Some(GUEST), left(LeaveReason::Left));
    assert!(matches!(left, Outcome::Accepted { .. }));
    let closed = room.node(Some(OWNER), closed(CloseReason::Owner));
    assert!(matches!(closed, Outcome::Accepted { .. }));
    assert_eq!(room.state().seq(), EVENTS_MAX as u64 + 2);
}

#[test]
fn a_position_lies_within_30_days() {
    for good in [0, POSITION_MS_MAX] {
        let bytes = command(OWNER, session(1), 1, seek(good)).encode().unwrap();
        assert_eq!(Record::decode(&bytes).unwrap().entry, seek(good));
    }
    for bad in [-1, POSITION_MS_MAX + 1, i64::MIN, i64::MAX] {
        let bytes = command(OWNER, session(1), 1, seek(bad)).encode().unwrap();
        assert!(Record::decode(&bytes).is_err(), "{bad}");
    }
}

/// Found by these tests: the first record of a room for such a film was none, so that the room
/// never opened and its owner could open no other.
#[test]
fn whatever_a_catalogue_says_of_a_film_makes_a_record_that_counts() {
    let film = |title: &str, duration_ms| Film {
        id: movie(7),
        title: title.to_owned(),
        year: None,
        description: String::new(),
        poster: None,
        duration_ms,
        sources: vec![],
        subtitles: vec![],
    };
    let longest = POSITION_MS_MAX.unsigned_abs();
    for (film, title, duration_ms) in [
        (film(" Stalker ", 1), "Stalker".to_owned(), 1),
        (film("я", longest), "я".to_owned(), POSITION_MS_MAX),
        (film("я", longest + 1), "я".to_owned(), 0),
        (film("я", u64::MAX), "я".to_owned(), 0),
        (film("", 0), movie(7).to_string(), 0),
        (film(&letters(TITLE_CHARS_MAX + 1), 0), letters(TITLE_CHARS_MAX), 0),
    ] {
        let body = MovieChanged::to(&film);
        assert_eq!((&body.title, body.duration_ms), (&title, duration_ms));
        let bytes = command(OWNER, session(1), 1, Entry::MovieChanged(body)).encode().unwrap();
        let outcome = Room::open().fold(&Record::decode(&bytes).unwrap());
        assert_eq!(outcome, Outcome::Accepted { seq: 2 });
    }
}

/// A character takes at most six bytes once escaped, so no frame leads to a record that the
/// log refuses.
#[test]
fn the_largest_frames_and_titles_make_records_that_fit() {
    let worst = "\u{1}".repeat(FRAME_BYTES_MAX / 6);
    let said = command(OWNER, session(u128::MAX >> 64), u64::MAX, chat(&worst));
    let title = "\u{1}".repeat(TITLE_CHARS_MAX);
    let changed = command(OWNER, session(1), u64::MAX, movie_changed(1, &title));
    for record in [said, changed] {
        assert!(record.encode().unwrap().len() <= RECORD_BYTES_MAX);
    }
}
