//! People who create rooms, where a relay knows rooms.

use std::net::SocketAddr;

use reqwest::Client;
use schemas::ids::MovieId;
use serde_json::json;
use uuid::Uuid;

use crate::Result;
use crate::api::Api;
use crate::person::Person;

/// Somebody who may create one room.
pub(crate) enum Creator {
    Ours { api: Api, person: Person, movie: MovieId },
    Fastapi { client: Client, url: String },
}

impl Creator {
    /// People who create rooms at the relay on `FastAPI`, over the same connections.
    pub(super) fn fastapi(address: SocketAddr, count: usize) -> Result<Vec<Self>> {
        let client = Client::builder().no_proxy().build()?;
        let url = format!("http://{address}/room");
        let creator = || Self::Fastapi { client: client.clone(), url: url.clone() };
        Ok(std::iter::repeat_with(creator).take(count).collect())
    }

    /// Creates it.
    pub(crate) async fn create(&self) -> Result<()> {
        match self {
            Self::Ours { api, person, movie } => drop(api.create_room(person, *movie).await?),
            Self::Fastapi { client, url } => {
                let room = json!({"owner": Uuid::new_v4(), "movie_id": Uuid::new_v4()});
                let answer = client.post(url).json(&room).send().await?.error_for_status()?;
                answer.bytes().await?;
            }
        }
        Ok(())
    }
}
