// A relay on Socket.IO. Prints where it listens once it stands.
// With an argument, the URL of a Redis, rooms are shared with other nodes by it.
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const redisUrl = process.argv[2];
const http = createServer();
const io = new Server(http, {
    transports: ["websocket"],
    perMessageDeflate: false,
    serveClient: false,
    // Longer than any measurement: pings cost nothing then.
    pingInterval: 3_600_000,
    adapter: redisUrl && (await sharedBy(redisUrl)),
});

// The first request of each socket would be kept otherwise.
io.engine.on("connection", (socket) => {
    socket.request = null;
});

io.on("connection", (socket) => {
    const { room, user } = socket.handshake.auth;
    socket.join(room);
    socket.on("chat", (text) => io.to(room).emit("chat", { user, text }));
});

http.listen(0, "127.0.0.1", () => {
    console.log(`listening on 127.0.0.1:${http.address().port}`);
});
process.on("SIGTERM", () => process.exit(0));

async function sharedBy(url) {
    const publisher = createClient({ url });
    const subscriber = publisher.duplicate();
    await Promise.all([publisher.connect(), subscriber.connect()]);
    return createAdapter(publisher, subscriber);
}
