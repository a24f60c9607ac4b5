//! Finding people.

use poem::http::StatusCode;
use schemas::upstream::{BATCH_IDS_MAX, UserPage};
use uuid::Uuid;

use crate::support::Stage;

fn names(page: &UserPage) -> Vec<&str> {
    page.items.iter().map(|user| user.name.as_str()).collect()
}

#[tokio::test]
async fn people_are_found_by_part_of_a_name_whatever_its_case() {
    let stage = Stage::new().await;
    let me = stage.sign_up("Фёдор Достоевский").await;
    for name in ["федор Шаляпин", "Anna", "Hanna 100%", "Ann_a"] {
        stage.sign_up(name).await;
    }
    let cases = [
        ("ФЕДОР", vec!["Фёдор Достоевский", "федор Шаляпин"]),
        ("фёдор%20ш", vec!["федор Шаляпин"]),
        ("ANN", vec!["Ann_a", "Anna", "Hanna 100%"]),
        ("%25", vec!["Hanna 100%"]),
        ("_", vec!["Ann_a"]),
        ("nobody", vec![]),
    ];
    for (query, expected) in cases {
        let path = format!("/auth/v1/users?query={query}");
        let page: UserPage = stage.get(&path, Some(&me)).await.json();
        assert_eq!(names(&page), expected, "{query}");
        assert_eq!(page.total, u64::try_from(expected.len()).unwrap());
    }
    let page: UserPage =
        stage.get("/auth/v1/users?query=ann&size=1&page=2", Some(&me)).await.json();
    assert_eq!((names(&page), page.total, page.page, page.size), (vec!["Anna"], 3, 2, 1));
}

#[tokio::test]
async fn people_are_found_by_ids_in_the_order_asked_for() {
    let stage = Stage::new().await;
    let (one, two) = (stage.sign_up("One").await, stage.sign_up("Two").await);
    let path = format!(
        "/auth/v1/users?ids={},{},{},{}",
        two.user_id,
        Uuid::new_v4(),
        one.user_id,
        two.user_id
    );
    let page: UserPage = stage.get(&path, Some(&one)).await.json();
    assert_eq!((names(&page), page.total), (vec!["Two", "One"], 2));
}

#[tokio::test]
async fn batches_and_queries_have_limits() {
    let stage = Stage::new().await;
    let me = stage.sign_up("Me").await;
    let ids = |count: usize| vec![me.user_id.to_string(); count].join("%2C");
    let path = |ids: String| format!("/auth/v1/users?ids={ids}");
    let answer = stage.get(&path(ids(BATCH_IDS_MAX)), Some(&me)).await;
    assert_eq!(answer.json::<UserPage>().total, 1);

    let long = "q".repeat(64);
    let good = stage.get(&format!("/auth/v1/users?query={long}"), Some(&me)).await;
    assert_eq!(good.status, StatusCode::OK);
    let good = stage.get("/auth/v1/users?query=m&size=100", Some(&me)).await;
    assert_eq!(good.json::<UserPage>().size, 100);

    let refused = [
        (path(ids(BATCH_IDS_MAX + 1)), "ids"),
        (path(String::new()), "ids"),
        (format!("/auth/v1/users?query={long}q"), "query"),
        ("/auth/v1/users".to_owned(), "query"),
        ("/auth/v1/users?query=%20".to_owned(), "query"),
        ("/auth/v1/users?query=m&size=101".to_owned(), "size"),
        ("/auth/v1/users?query=m&size=0".to_owned(), "size"),
        ("/auth/v1/users?query=m&page=0".to_owned(), "page"),
    ];
    for (path, field) in refused {
        let answer = stage.get(&path, Some(&me)).await;
        let fields = answer.assert_refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid");
        assert_eq!(fields, [field], "{path}");
    }
    for path in
        ["/auth/v1/users?ids=x", "/auth/v1/users?query=m&page=-1", "/auth/v1/users?query=m&size=x"]
    {
        stage.get(path, Some(&me)).await.assert_refused(StatusCode::BAD_REQUEST, "malformed");
    }
}
