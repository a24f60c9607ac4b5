"""A relay on FastAPI: rooms in MongoDB, what is said in one Kafka topic, keyed by room.

Every process reads the whole topic and passes each record on to the sockets of its room.
Prints where it listens once it stands.
"""

import argparse
import asyncio
import signal
import socket
import sys
import uuid
from collections import defaultdict
from contextlib import asynccontextmanager, suppress

import uvicorn
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from motor.motor_asyncio import AsyncIOMotorClient
from pydantic import BaseModel

TOPIC = "rooms"
PARTITIONS = 32
# What a socket has unread beyond this, it misses.
UNREAD_MAX = 4096

Unread = asyncio.Queue[str]
listeners: defaultdict[str, set[Unread]] = defaultdict(set)


class NewRoom(BaseModel):
    owner: str
    movie_id: str


@asynccontextmanager
async def lifespan(app: FastAPI):
    kafka = app.state.kafka
    await make_topic(kafka)
    app.state.rooms = AsyncIOMotorClient(app.state.mongo).relay.rooms
    app.state.producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=kafka, auto_offset_reset="latest")
    await app.state.producer.start()
    await consumer.start()
    await consumer.seek_to_end()
    passing_on = asyncio.create_task(pass_on(consumer))
    yield
    passing_on.cancel()
    await consumer.stop()
    await app.state.producer.stop()


app = FastAPI(lifespan=lifespan)


@app.post("/room", status_code=201)
async def create_room(room: NewRoom) -> dict[str, str]:
    room_id = str(uuid.uuid4())
    await app.state.rooms.insert_one({"_id": room_id, **room.model_dump()})
    return {"room_id": room_id}


@app.websocket("/ws/{room}")
async def enter(websocket: WebSocket, room: str) -> None:
    unread: Unread = asyncio.Queue(UNREAD_MAX)
    listeners[room].add(unread)
    await websocket.accept()
    writing = asyncio.create_task(write(websocket, unread))
    key = room.encode()
    try:
        while True:
            text = await websocket.receive_text()
            await app.state.producer.send_and_wait(TOPIC, text.encode(), key=key)
    except WebSocketDisconnect:
        pass
    finally:
        writing.cancel()
        listeners[room].discard(unread)
        if not listeners[room]:
            del listeners[room]


async def write(websocket: WebSocket, unread: Unread) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await websocket.send_text(await unread.get())


async def pass_on(consumer: AIOKafkaConsumer) -> None:
    async for record in consumer:
        text = record.value.decode()
        for unread in listeners.get(record.key.decode(), ()):
            with suppress(asyncio.QueueFull):
                unread.put_nowait(text)


async def make_topic(kafka: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    topic = NewTopic(TOPIC, num_partitions=PARTITIONS, replication_factor=1)
    await admin.create_topics([topic])
    await admin.close()


async def serve() -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="websockets",
        ws_per_message_deflate=False,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    host, port = listener.getsockname()
    print(f"listening on {host}:{port}", flush=True)
    await serving


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--kafka", required=True, help="host:port")
    parser.add_argument("--mongo", required=True, help="mongodb://host:port")
    arguments = parser.parse_args()
    app.state.kafka, app.state.mongo = arguments.kafka, arguments.mongo
    # uvicorn raises the signal again once it has ended in order.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())
