//! How the page's files are served: small, and from the browser's own store the second time.

use end_to_end::Server;
use reqwest::header::{HeaderMap, HeaderName};
use reqwest::{Method, Response};

const FOR_EVER: &str = "public, max-age=31536000, immutable";

async fn ask(server: &Server, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let request = server.http().request(method, server.address() + path);
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.unwrap()
}

async fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> Response {
    ask(server, Method::GET, path, headers).await
}

fn header(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// Files with hashed names that the page begins with.
async fn assets(server: &Server) -> Vec<String> {
    let answer = get(server, "/", &[]).await;
    assert_eq!(answer.status(), 200, "the page is built by `make web`");
    let text = answer.text().await.unwrap();
    let named = text.split(['"', '\'']).filter(|part| part.starts_with("/assets/"));
    let assets: Vec<String> = named.map(ToOwned::to_owned).collect();
    for kind in [".js", ".css"] {
        assert!(assets.iter().any(|path| path.ends_with(kind)), "no {kind} in {text}");
    }
    assets
}

#[tokio::test]
async fn the_page_is_asked_for_anew_and_its_assets_are_kept_for_ever() {
    let server = Server::start().await;
    for path in ["/", "/index.html", "/room/any", "/favicon.svg"] {
        let answer = get(&server, path, &[("accept", "text/html")]).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(header(answer.headers(), reqwest::header::CACHE_CONTROL), "no-cache", "{path}");
    }
    for path in assets(&server).await {
        let answer = get(&server, &path, &[]).await;
        assert_eq!(header(answer.headers(), reqwest::header::CACHE_CONTROL), FOR_EVER, "{path}");
    }
}

#[tokio::test]
async fn files_come_in_the_smallest_form_that_the_browser_takes() {
    let server = Server::start().await;
    for path in assets(&server).await {
        let kind = match path.rsplit_once('.') {
            Some((_, "js")) => "text/javascript",
            Some((_, "css")) => "text/css",
            // Fonts are compressed as they are.
            _ => continue,
        };
        let mut sizes = vec![];
        for (accepted, encoding) in [
            ("gzip, deflate, br, zstd", "br"),
            ("gzip", "gzip"),
            ("br;q=0, gzip", "gzip"),
            ("identity", ""),
        ] {
            let answer = get(&server, &path, &[("accept-encoding", accepted)]).await;
            let headers = answer.headers().clone();
            assert_eq!(answer.status(), 200, "{path}");
            assert_eq!(header(&headers, reqwest::header::CONTENT_ENCODING), encoding, "{path}");
            assert_eq!(header(&headers, reqwest::header::VARY), "Accept-Encoding");
            assert!(header(&headers, reqwest::header::CONTENT_TYPE).starts_with(kind), "{path}");
            let length = header(&headers, reqwest::header::CONTENT_LENGTH).to_owned();
            let body = answer.bytes().await.unwrap();
            assert_eq!(length, body.len().to_string(), "{path}");
            sizes.push(body.len());

            let head = ask(&server, Method::HEAD, &path, &[("accept-encoding", accepted)]).await;
            for name in [
                reqwest::header::CONTENT_ENCODING,
                reqwest::header::CONTENT_LENGTH,
                reqwest::header::CONTENT_TYPE,
                reqwest::header::ETAG,
            ] {
                assert_eq!(header(head.headers(), name.clone()), header(&headers, name), "{path}");
            }
            assert_eq!(
                (head.status(), head.bytes().await.unwrap().len()),
                (200.try_into().unwrap(), 0)
            );
        }
        assert!(sizes[0] < sizes[1] && sizes[1] == sizes[2] && sizes[2] < sizes[3], "{sizes:?}");
    }
}

#[tokio::test]
async fn what_the_browser_has_is_not_sent_again() {
    let server = Server::start().await;
    for path in assets(&server).await.into_iter().chain(["/".to_owned()]) {
        let whole = get(&server, &path, &[("accept-encoding", "gzip")]).await;
        let tag = header(whole.headers(), reqwest::header::ETAG).to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
            let asked = [("accept-encoding", "gzip"), ("if-none-match", known.as_str())];
            let same = get(&server, &path, &asked).await;
            assert_eq!(same.status(), 304, "{path} {known}");
            assert_eq!(header(same.headers(), reqwest::header::ETAG), tag);
            assert_eq!(same.bytes().await.unwrap().len(), 0);
        }
        let other = [("accept-encoding", "gzip"), ("if-none-match", "\"other\"")];
        assert_eq!(get(&server, &path, &other).await.status(), 200);
    }
}
