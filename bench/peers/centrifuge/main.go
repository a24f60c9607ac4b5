// A relay on the Centrifuge library: one channel a room, into which its members publish.
//
// Prints where it listens once it stands. Without -redis all is in memory.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/centrifugal/centrifuge"
)

func main() {
	redis := flag.String("redis", "", "host:port of a Redis that several nodes may share")
	flag.Parse()
	if err := run(*redis); err != nil {
		log.Fatal(err)
	}
}

func run(redis string) error {
	node, err := centrifuge.New(centrifuge.Config{})
	if err != nil {
		return err
	}
	node.OnConnecting(func(_ context.Context, event centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		return centrifuge.ConnectReply{Credentials: &centrifuge.Credentials{UserID: event.Token}}, nil
	})
	node.OnConnect(serve)
	if redis != "" {
		if err := share(node, redis); err != nil {
			return err
		}
	}
	if err := node.Run(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	http.Handle("/ws", centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{
		CheckOrigin:        func(*http.Request) bool { return true },
		ReadBufferSize:     1024,
		UseWriteBufferPool: true,
		Compression:        false,
	}))
	go func() {
		log.Fatal(http.Serve(listener, nil))
	}()
	fmt.Println("listening on", listener.Addr())

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	<-stop
	return nil
}

// A member may join any room and speak in the rooms that it has joined.
func serve(client *centrifuge.Client) {
	client.OnSubscribe(func(_ centrifuge.SubscribeEvent, done centrifuge.SubscribeCallback) {
		done(centrifuge.SubscribeReply{}, nil)
	})
	client.OnPublish(func(event centrifuge.PublishEvent, done centrifuge.PublishCallback) {
		if !client.IsSubscribed(event.Channel) {
			done(centrifuge.PublishReply{}, centrifuge.ErrorPermissionDenied)
			return
		}
		done(centrifuge.PublishReply{}, nil)
	})
}

// Publications travel by Redis to every node.
func share(node *centrifuge.Node, address string) error {
	shard, err := centrifuge.NewRedisShard(node, centrifuge.RedisShardConfig{Address: address})
	if err != nil {
		return err
	}
	broker, err := centrifuge.NewRedisBroker(node, centrifuge.RedisBrokerConfig{
		Shards: []*centrifuge.RedisShard{shard},
	})
	if err != nil {
		return err
	}
	node.SetBroker(broker)
	return nil
}
