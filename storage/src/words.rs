//! How values stand in columns: enums as their wire words, `u64` as the databases' `i64`.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The wire word of an enum without fields.
pub(crate) fn to_word(value: impl Serialize) -> Result<String, sqlx::Error> {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => Ok(word),
        Ok(_) => Err(sqlx::Error::Encode("the value has no word".into())),
        Err(error) => Err(sqlx::Error::Encode(error.into())),
    }
}

/// The enum of a wire word.
pub(crate) fn from_word<T: DeserializeOwned>(word: String) -> Result<T, sqlx::Error> {
    serde_json::from_value(Value::String(word)).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// A number as a database stores it; what lies beyond its range is further than anything stored.
pub(crate) fn to_column(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A hash from its column.
pub(crate) fn to_hash(bytes: &[u8]) -> Result<[u8; 32], sqlx::Error> {
    bytes
        .try_into()
        .map_err(|error: std::array::TryFromSliceError| sqlx::Error::Decode(error.into()))
}

/// A number as it came from its column, which holds none below 0.
pub(crate) fn from_column<T: TryFrom<i64>>(number: i64) -> Result<T, sqlx::Error> {
    number.try_into().map_err(|_outside| sqlx::Error::Decode("a number is out of range".into()))
}
