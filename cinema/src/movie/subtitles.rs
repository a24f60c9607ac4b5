//! Subtitles that lie beside a film: `film.vtt`, and `film.<language>.vtt` for each language.

use isolang::Language;
use schemas::upstream::Subtitles;

/// Languages of one film that are offered.
const LANGUAGES_MAX: usize = 100;
/// BCP 47's word for a language that nobody named.
const UNDETERMINED: &str = "und";
/// Characters of each part of a language tag at most.
const SUBTAG_CHARACTERS_MAX: usize = 8;

/// Those of the film whose files are called `stem`, among these names.
pub(super) fn beside<Name: AsRef<str>>(
    stem: &str,
    names: impl Iterator<Item = Name>,
    address: impl Fn(&str) -> String,
) -> Vec<Subtitles> {
    let mut found: Vec<Subtitles> = names
        .filter_map(|name| {
            let (language, label) = language(name.as_ref().strip_prefix(stem)?)?;
            Some(Subtitles { url: address(name.as_ref()), language, label })
        })
        .take(LANGUAGES_MAX)
        .collect();
    found.sort_by(|one, other| one.language.cmp(&other.language));
    found
}

/// The tag of a language and its name in that language, from the end of a file's name.
fn language(end: &str) -> Option<(String, String)> {
    let tag = end.strip_suffix(".vtt")?;
    if tag.is_empty() {
        return Some((UNDETERMINED.to_owned(), "Subtitles".to_owned()));
    }
    let tag = tag.strip_prefix('.')?;
    let (code, rest) = tag.split_once('-').map_or((tag, None), |(code, rest)| (code, Some(rest)));
    let language = Language::from_639_1(code).or_else(|| Language::from_639_3(code))?;
    let name = capitalized(language.to_autonym().unwrap_or_else(|| language.to_name()));
    let label = match rest {
        None => name,
        Some(rest) if rest.split('-').all(is_subtag) => format!("{name} ({rest})"),
        Some(_) => return None,
    };
    Some((tag.to_owned(), label))
}

/// Many languages write their own names in lower case; a menu does not.
fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

fn is_subtag(text: &str) -> bool {
    (1..=SUBTAG_CHARACTERS_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_read_from_names() {
        for (end, tag, label) in [
            (".vtt", "und", "Subtitles"),
            (".en.vtt", "en", "English"),
            (".ru.vtt", "ru", "Русский"),
            (".deu.vtt", "deu", "Deutsch"),
            (".pt-BR.vtt", "pt-BR", "Português (BR)"),
            (".zh-Hans-CN.vtt", "zh-Hans-CN", "中文 (Hans-CN)"),
        ] {
            assert_eq!(language(end), Some((tag.to_owned(), label.to_owned())), "{end}");
        }
        for end in [
            "",
            ".mp4",
            "2.en.vtt",
            ".en.srt",
            ".en",
            ".xx.vtt",
            ".en-.vtt",
            ".en-a b.vtt",
            ".2.en.vtt",
        ] {
            assert_eq!(language(end), None, "{end}");
        }
    }

    #[test]
    fn tags_have_parts_of_8_characters_at_most() {
        assert!(language(".de-abcdefgh.vtt").is_some());
        assert!(language(".de-abcdefghi.vtt").is_none());
    }

    #[test]
    fn a_film_has_100_languages_at_most() {
        let count = |languages: usize| {
            let names = (0..languages).map(|number| format!("film.en-{number}.vtt"));
            beside("film", names, ToOwned::to_owned).len()
        };
        assert_eq!(
            (count(LANGUAGES_MAX), count(LANGUAGES_MAX + 1)),
            (LANGUAGES_MAX, LANGUAGES_MAX)
        );
    }
}
