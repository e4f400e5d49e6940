// SPDX-License-Identifier: Apache-2.0
// One measurement of a peer: a producer process and N consumer processes around a transport, for a while or
// at a pace; the result is one line of JSON. A peer is a class template over what it carries:
//
//     template <class Item> class Transport {
//         explicit Transport(const Settings&);           // before the forks
//         void enter_producer();                         // in the producer's process
//         void send(std::span<const Item>);              // all of them, waits for room
//         void finish(unsigned consumers);               // nothing follows: ends all receive()s
//         void enter_consumer(unsigned number);          // in the consumer's process
//         std::span<const Item> receive(std::size_t);    // at least one, at most so many; empty at the end
//         void started();                                // in the parent, after the forks
//         void leave();                                  // in the parent, after all have ended
//     };
#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

#include "bench/harness/outcome.hpp"
#include "bench/harness/settings.hpp"
#include "bench/harness/shared.hpp"
#include "bench/harness/store.hpp"
#include "bench/harness/wire_item.hpp"
#include "bench/harness/workload.hpp"

namespace pipeline::bench {

template <class Transport, class Item>
class Measurement {
  public:
    explicit Measurement(const Settings& settings)
        : settings_(settings), transport_(settings), control_(shared<Control>()) {}

    // Returns the exit status.
    int run() {
        for (unsigned number = 0; number < settings_.consumers; ++number)
            start([this, number] { consume(number); });
        start([this] { produce(); });
        transport_.started();
        // What hangs is ended: the children die with this process.
        ::alarm(static_cast<unsigned>(settings_.duration.count() / 1000 + 30));
        const bool ended_well = wait_for_all();
        transport_.leave();
        Outcome outcome = result();
        outcome.whole = outcome.whole && ended_well;
        print(settings_, outcome);
        return outcome.whole ? 0 : 1;
    }

  private:
    struct Control {
        std::atomic<unsigned> ready;
        std::atomic<unsigned> go;
        std::uint64_t sent;
        std::uint64_t began_ns;
        std::array<Received, kMaxReceivers> received;
        std::atomic<std::uint64_t> measured;
        std::array<std::uint32_t, kMaxLatencies> latencies_ns;
    };

    template <class Life>
    void start(Life&& life) {
        const pid_t pid = ::fork();
        if (pid < 0) {
            std::perror("fork");
            ::_exit(1);
        }
        if (pid != 0) return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        life();
        ::_exit(0);
    }

    void produce() {
        transport_.enter_producer();
        Workload<Item> workload(settings_.id_bytes);
        std::vector<Item> made(std::max(settings_.batch, kMadeAtOnce));
        workload.prepare(made);
        while (control_.ready.load() != settings_.consumers) ::usleep(100);
        control_.began_ns = monotonic_ns();
        control_.go.store(1);
        settings_.pace.count() == 0 ? produce_at_full_speed(workload, made) : produce_at_pace(workload, made);
        control_.sent = workload.made();
        transport_.finish(settings_.consumers);
    }

    // The clock costs as much as a few items: it is read once in so many, as in go_common.go.
    static constexpr std::size_t kMadeAtOnce = 64;

    void produce_at_full_speed(Workload<Item>& workload, std::span<Item> made) {
        const std::uint64_t until = control_.began_ns + nanoseconds(settings_.duration);
        do {
            workload.fill(made);
            for (std::span<const Item> left = made; !left.empty();) {
                const std::size_t count = std::min(settings_.batch, left.size());
                transport_.send(left.first(count));
                left = left.subspan(count);
            }
        } while (monotonic_ns() < until);
    }

    void produce_at_pace(Workload<Item>& workload, std::span<Item> made) {
        const std::uint64_t until = control_.began_ns + nanoseconds(settings_.duration);
        for (std::uint64_t at = control_.began_ns; at < until; at += nanoseconds(settings_.pace)) {
            const timespec due{static_cast<time_t>(at / 1'000'000'000),
                               static_cast<long>(at % 1'000'000'000)};
            ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr);
            workload.fill(made.first(1));
            transport_.send(made.first(1));
        }
    }

    void consume(unsigned number) {
        transport_.enter_consumer(number);
        if (settings_.store) store_.enter();
        Received& received = control_.received[number];
        control_.ready.fetch_add(1);
        while (control_.go.load() == 0) ::usleep(100);
        while (true) {
            const std::span<const Item> items = transport_.receive(settings_.batch);
            if (items.empty()) break;
            if (settings_.pace.count() != 0) note_latency(items.front());
            received.check(items, settings_.id_bytes);
            if (settings_.store) store_.append(items);
        }
        received.ended_ns = monotonic_ns();
    }

    void note_latency(const Item& item) noexcept {
        const std::uint64_t now = monotonic_ns();
        const std::uint64_t at = control_.measured.fetch_add(1);
        if (at < kMaxLatencies)
            control_.latencies_ns[at] = static_cast<std::uint32_t>(now - item.acquired_ns);
    }

    [[nodiscard]] bool wait_for_all() const {
        bool well = true;
        for (unsigned i = 0; i < settings_.consumers + 1; ++i) {
            int status = 0;
            if (::wait(&status) < 0 || status != 0) well = false;
        }
        return well;
    }

    [[nodiscard]] Outcome result() const {
        Outcome outcome;
        std::uint64_t count = 0;
        std::uint64_t sum = 0;
        std::uint64_t wrong = 0;
        std::uint64_t ended = control_.began_ns;
        for (const Received& received : control_.received) {
            count += received.count;
            sum += received.sum;
            wrong += received.wrong;
            ended = std::max(ended, received.ended_ns);
        }
        const std::uint64_t sent = control_.sent;
        outcome.items = count;
        outcome.whole = sent > 0 && count == sent && sum == sent * (sent + 1) / 2 && wrong == 0 &&
                        (!settings_.store || store_.stored() == sent);
        outcome.seconds = static_cast<double>(ended - control_.began_ns) / 1e9;
        outcome.latencies_ns.assign(
            control_.latencies_ns.begin(),
            control_.latencies_ns.begin() + std::min<std::uint64_t>(control_.measured.load(), kMaxLatencies));
        return outcome;
    }

    static std::uint64_t nanoseconds(std::chrono::nanoseconds duration) noexcept {
        return static_cast<std::uint64_t>(duration.count());
    }

    Settings settings_;
    Transport transport_;
    Control& control_;
    Store<Item> store_;
};

// A peer's whole main(): carries the size that the ids need.
template <template <class> class Transport>
int run_peer(int argc, char** argv) {
    const Settings settings = parse_settings(argc, argv);
    if (settings.id_bytes <= kShortId) return Measurement<Transport<ShortItem>, ShortItem>(settings).run();
    return Measurement<Transport<LongItem>, LongItem>(settings).run();
}

}  // namespace pipeline::bench
