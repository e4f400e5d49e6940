// SPDX-License-Identifier: Apache-2.0
// One measurement of bodies: a producer process and a consumer process around a transport, for a while; the
// result is one line of JSON. Before the time counts, so many bodies pass that each byte of the transport's
// memory has been used twice: the first use of a page costs more than a body. The receiver's time counts. A
// transport is a class:
//
//     class Transport {
//         explicit Transport(const Settings&);           // before the forks
//         void enter_producer();                         // in the producer's process
//         void send(std::span<const Message>);           // all of them, one by one or at once; waits for
//         room void finish();                                 // nothing follows: ends receive() void
//         enter_consumer();                         // in the consumer's process std::string_view receive();
//         // a body, valid until the next call; empty at the end void started(); // in the parent, after the
//         forks
//     };
#pragma once

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string_view>

#include "bench/body/bodies.hpp"
#include "bench/harness/outcome.hpp"
#include "bench/harness/settings.hpp"
#include "bench/harness/shared.hpp"
#include "common/base/clock.hpp"

namespace pipeline::bench {

// Ends the program: what is measured cannot carry such bodies here. The runner leaves it out and says why.
[[noreturn]] inline void leave_out(const Settings& settings, std::string_view why) {
    fmt::print(R"({{"peer":"{}","body_bytes":{},"left_out":"{}"}})", settings.peer, settings.body_bytes, why);
    fmt::print("\n");
    std::fflush(stdout);
    ::_exit(0);
}

template <class Transport>
class BodyMeasurement {
  public:
    explicit BodyMeasurement(const Settings& settings)
        : settings_(settings), transport_(settings), control_(shared<Control>()) {}

    // Returns the exit status.
    int run() {
        start([this] { consume(); });
        start([this] { produce(); });
        transport_.started();
        // A run that hangs is ended: the children die with this process.
        ::alarm(static_cast<unsigned>(settings_.duration.count() / 1000 + 30));
        const bool ended_well = wait_for_both();
        Outcome outcome;
        outcome.items = control_.received - control_.warmed_up;
        outcome.whole =
            ended_well && control_.sent > 0 && control_.received == control_.sent && control_.wrong == 0;
        outcome.seconds = static_cast<double>(control_.ended_ns - control_.began_ns) / 1e9;
        print(settings_, outcome);
        return outcome.whole ? 0 : 1;
    }

  private:
    struct Control {
        std::atomic<unsigned> ready;
        std::atomic<unsigned> go;
        std::uint64_t sent;
        std::uint64_t received;
        std::uint64_t warmed_up;  // so many of them before the time counted
        std::uint64_t wrong;
        std::uint64_t began_ns;
        std::uint64_t ended_ns;
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
        Bodies bodies(settings_.body_bytes, settings_.batch);
        // The clock costs as much as a few hundred bytes: read it once in so many.
        constexpr std::size_t kBytesBetweenClocks = std::size_t{64} * 1024;
        const std::size_t rounds =
            std::max<std::size_t>(1, kBytesBetweenClocks / (settings_.body_bytes * settings_.batch));
        while (control_.ready.load() == 0) ::usleep(100);
        control_.go.store(1);
        const std::uint64_t until = monotonic_ns() + longest_warm_up() + nanoseconds();
        do {
            for (std::size_t round = 0; round < rounds; ++round) transport_.send(bodies.make());
        } while (monotonic_ns() < until);
        control_.sent = bodies.made();
        transport_.finish();
    }

    void consume() {
        transport_.enter_consumer();
        BodyReader reader(settings_.body_bytes);
        control_.ready.store(1);
        while (control_.go.load() == 0) ::usleep(100);
        const std::uint64_t warm_at = monotonic_ns() + longest_warm_up();
        while (true) {
            const std::string_view body = transport_.receive();
            if (body.empty()) break;
            reader.read(body);
            if (control_.began_ns == 0 && is_warm(reader, warm_at)) {
                control_.warmed_up = reader.count();
                control_.began_ns = monotonic_ns();
            }
        }
        control_.ended_ns = monotonic_ns();
        control_.received = reader.count();
        control_.wrong = reader.wrong();
    }

    [[nodiscard]] std::uint64_t nanoseconds() const noexcept {
        return static_cast<std::uint64_t>(std::chrono::nanoseconds(settings_.duration).count());
    }
    // A slow transport does not get through all its memory in that time.
    [[nodiscard]] std::uint64_t longest_warm_up() const noexcept { return nanoseconds() / 2; }
    [[nodiscard]] bool is_warm(const BodyReader& reader, std::uint64_t warm_at) const noexcept {
        return reader.count() * settings_.body_bytes >= 2 * kBacklogBytes || monotonic_ns() >= warm_at;
    }

    [[nodiscard]] static bool wait_for_both() {
        bool well = true;
        for (int i = 0; i < 2; ++i) {
            int status = 0;
            if (::wait(&status) < 0 || status != 0) well = false;
        }
        return well;
    }

    Settings settings_;
    Transport transport_;
    Control& control_;
};

// A peer's whole main().
template <class Transport>
int run_body_peer(int argc, char** argv) {
    return BodyMeasurement<Transport>(parse_settings(argc, argv, Carries::Bodies)).run();
}

}  // namespace pipeline::bench
