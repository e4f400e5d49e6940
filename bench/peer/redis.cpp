// SPDX-License-Identifier: Apache-2.0
// Redis on this host, over a Unix socket: the list (RPUSH, BLMPOP) or, in a program of that name, the stream
// (XADD, XREADGROUP, XACK). Fair: a server of its own that saves nothing to disk, binary-safe values of the
// items' size, one command for a whole batch on both sides (BLMPOP COUNT, XREADGROUP COUNT; XADD takes one
// entry a command, so those are sent together), and hiredis, the client in C. The queue is bounded like all
// others: the producer waits while more than the ring's capacity is there, of which the answer to RPUSH tells
// it; for the stream it counts what was acknowledged.
#include <hiredis/hiredis.h>

#include <string>

#include "bench/harness/run.hpp"

namespace pipeline::bench {
namespace {

// A server without persistence, that ends with this process.
pid_t start_server(const std::string& socket) {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (std::freopen("/dev/null", "w", stdout) == nullptr) ::_exit(1);
    ::execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket.c_str(), "--save", "",
             "--appendonly", "no", static_cast<char*>(nullptr));
    ::_exit(127);
}

class Connection {
  public:
    void open(const std::string& socket) {
        for (int tries = 0; tries < 200; ++tries) {
            context_ = ::redisConnectUnix(socket.c_str());
            if (context_ != nullptr && context_->err == 0) return;
            ::redisFree(context_);
            ::usleep(10'000);
        }
        fail("cannot connect to redis-server; is it installed?");
    }

    template <class... Arguments>
    void append(const char* format, Arguments... arguments) {
        ::redisAppendCommand(context_, format, arguments...);
    }
    void append(const std::vector<const char*>& words, const std::vector<std::size_t>& lengths) {
        ::redisAppendCommandArgv(context_, static_cast<int>(words.size()),
                                 const_cast<const char**>(words.data()), lengths.data());
    }
    // The answer to the oldest command appended; valid until the next call.
    redisReply& reply() {
        if (last_ != nullptr) ::freeReplyObject(last_);
        last_ = nullptr;
        void* got = nullptr;
        if (::redisGetReply(context_, &got) != REDIS_OK) fail(context_->errstr);
        last_ = static_cast<redisReply*>(got);
        if (last_->type == REDIS_REPLY_ERROR) fail(last_->str);
        return *last_;
    }

  private:
    [[noreturn]] static void fail(const char* why) {
        std::fprintf(stderr, "redis: %s\n", why);
        ::_exit(1);
    }
    redisContext* context_ = nullptr;
    redisReply* last_ = nullptr;
};

// What both kinds have in common: the server, the connection, and an end that each receiver hands on to the
// next.
template <class Item>
class RedisBase {
  public:
    explicit RedisBase(const Settings& settings)
        : batch_(settings.batch), socket_("/tmp/bench-redis-" + std::to_string(::getpid())) {
        server_ = start_server(socket_);
    }
    void started() {}
    void leave() {
        ::kill(server_, SIGTERM);
        ::waitpid(server_, nullptr, 0);
        ::unlink(socket_.c_str());
    }

  protected:
    void take(const redisReply& value) {
        if (value.len == sizeof(Item)) {
            std::memcpy(&received_[count_++], value.str, sizeof(Item));
        } else {
            ended_ = true;
        }
    }

    std::size_t batch_;
    std::string socket_;
    pid_t server_ = 0;
    Connection connection_;
    bool ended_ = false;
    std::size_t count_ = 0;
    std::array<Item, kMaxBatchItems> received_;
};

template <class Item>
class RedisList : public RedisBase<Item> {
    using Base = RedisBase<Item>;
    using Base::connection_, Base::received_, Base::count_, Base::ended_;

  public:
    using Base::Base;
    void enter_producer() { connection_.open(this->socket_); }
    void enter_consumer(unsigned) { connection_.open(this->socket_); }

    void send(std::span<const Item> items) {
        words_ = {"RPUSH", "items"};
        lengths_ = {5, 5};
        for (const Item& item : items) {
            words_.push_back(reinterpret_cast<const char*>(&item));
            lengths_.push_back(sizeof(Item));
        }
        connection_.append(words_, lengths_);
        for (auto waiting = connection_.reply().integer; waiting > static_cast<long long>(kQueueItems);) {
            ::usleep(100);
            connection_.append("LLEN items");
            waiting = connection_.reply().integer;
        }
    }

    void finish(unsigned) { hand_on_end(); }

    std::span<const Item> receive(std::size_t most) {
        count_ = 0;
        if (ended_) return {};
        connection_.append("BLMPOP 0 1 items LEFT COUNT %d", static_cast<int>(most));
        const redisReply& values = *connection_.reply().element[1];
        for (std::size_t i = 0; i < values.elements; ++i) this->take(*values.element[i]);
        if (ended_) hand_on_end();
        return {received_.data(), count_};
    }

  private:
    void hand_on_end() {
        connection_.append("RPUSH items end");
        static_cast<void>(connection_.reply());
    }
    std::vector<const char*> words_;
    std::vector<std::size_t> lengths_;
};

template <class Item>
class RedisStream : public RedisBase<Item> {
    using Base = RedisBase<Item>;
    using Base::connection_, Base::received_, Base::count_, Base::ended_;

  public:
    explicit RedisStream(const Settings& settings) : Base(settings), done_(shared<Counter>()) {}

    void enter_producer() { connection_.open(this->socket_); }
    void enter_consumer(unsigned number) {
        name_ = std::to_string(number);
        connection_.open(this->socket_);
        // All ask for it; the first one makes it, the others are told that it is there.
        connection_.append("EVAL %s 0",
                           "return redis.pcall('XGROUP','CREATE','items','all','0','MKSTREAM') and 1");
        static_cast<void>(connection_.reply());
    }

    void send(std::span<const Item> items) {
        for (const Item& item : items) connection_.append("XADD items * i %b", &item, sizeof item);
        for (std::size_t i = 0; i < items.size(); ++i) static_cast<void>(connection_.reply());
        sent_ += items.size();
        while (sent_ - done_.value.load(std::memory_order_relaxed) > kQueueItems) ::usleep(100);
    }

    void finish(unsigned) { hand_on_end(); }

    std::span<const Item> receive(std::size_t most) {
        acknowledge();
        if (ended_) return {};
        connection_.append("XREADGROUP GROUP all %s COUNT %d BLOCK 0 STREAMS items >", name_.c_str(),
                           static_cast<int>(most));
        const redisReply& entries = *connection_.reply().element[0]->element[1];
        for (std::size_t i = 0; i < entries.elements; ++i) {
            const redisReply& entry = *entries.element[i];
            ids_.emplace_back(entry.element[0]->str, entry.element[0]->len);
            this->take(*entry.element[1]->element[1]);
        }
        if (ended_) hand_on_end();
        return {received_.data(), count_};
    }

  private:
    struct Counter {
        std::atomic<std::uint64_t> value;
    };

    // A stream keeps what was acknowledged; it is deleted too, or memory would grow.
    void acknowledge() {
        if (!ids_.empty()) {
            append_with_ids({"XACK", "items", "all"});
            append_with_ids({"XDEL", "items"});
            static_cast<void>(connection_.reply());
            static_cast<void>(connection_.reply());
        }
        done_.value.fetch_add(count_, std::memory_order_relaxed);
        ids_.clear();
        count_ = 0;
    }
    void append_with_ids(std::vector<const char*> words) {
        std::vector<std::size_t> lengths;
        for (const char* word : words) lengths.push_back(std::strlen(word));
        for (const std::string& id : ids_) {
            words.push_back(id.data());
            lengths.push_back(id.size());
        }
        connection_.append(words, lengths);
    }
    void hand_on_end() {
        connection_.append("XADD items * i end");
        static_cast<void>(connection_.reply());
    }

    Counter& done_;
    std::uint64_t sent_ = 0;
    std::string name_;
    std::vector<std::string> ids_;
};

}  // namespace
}  // namespace pipeline::bench

int main(int argc, char** argv) {
    using namespace pipeline::bench;
    const bool stream = std::string(argv[0]).ends_with("stream");
    return stream ? run_peer<RedisStream>(argc, argv) : run_peer<RedisList>(argc, argv);
}
