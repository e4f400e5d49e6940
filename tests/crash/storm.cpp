// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/storm.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "common/base/fd.hpp"
#include "tests/support/attached_segments.hpp"
#include "tests/support/catch.hpp"

namespace pipeline::test {
namespace {

using std::chrono::milliseconds;

pid_t pid_in(const std::atomic<std::uint64_t>& process) {
    return static_cast<pid_t>(ProcessId::unpack(process.load()).pid);
}

// The state letter of proc(5).
char process_state(pid_t pid) {
    const std::string stat = read_file(fmt::format("/proc/{}/stat", pid));
    const auto end_of_name = stat.rfind(") ");
    return end_of_name == std::string::npos ? '?' : stat[end_of_name + 2];
}

// Lets the victims have the processor, for a time that nobody relies on.
void nap(std::uint64_t microseconds) {
    const timespec time{0, static_cast<long>(microseconds) * 1000};
    ::nanosleep(&time, nullptr);
}

// Kills a process and waits until it is dead, reaped or not.
void kill_now(pid_t pid) {
    const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd) return;  // it has just died by itself
    ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
    pollfd ended{pidfd.get(), POLLIN, 0};
    if (::poll(&ended, 1, 60'000) != 1) FAIL("process " << pid << " does not die");
}

// Stops a child of this process and waits until it is stopped.
void stop_child(pid_t pid) {
    ::kill(pid, SIGSTOP);
    int status = 0;
    while (::waitpid(pid, &status, WUNTRACED) == pid && !WIFSTOPPED(status)) {
    }
}

}  // namespace

Storm::Storm(const std::string& name, Process& supervisor, std::uint64_t seed)
    : supervisor_(supervisor), random_(seed), segments_(attach(name, supervisor)) {}

Storm::Sight Storm::sight() const {
    const RingView ring = segments_.ring();
    const StorageView storage = segments_.storage();
    return {ring.tail(), ring.head(), storage.tail(), storage.durable(), storage.released()};
}

void Storm::look() {
    const Sight seen = sight();
    if (seen != last_) {
        last_ = seen;
        unmoved_.begin();
    }
    const auto unmoved = unmoved_.go_on();
    longest_stall_ = std::max(longest_stall_, unmoved);
    if (unmoved > stall_) FAIL("nothing moves:\n" << state());
}

std::vector<pid_t> Storm::children() const {
    std::istringstream list(read_file(fmt::format("/proc/{0}/task/{0}/children", supervisor_.pid())));
    std::vector<pid_t> found;
    for (pid_t child = 0; list >> child;) found.push_back(child);
    return found;
}

bool Storm::is_producer(pid_t child) const {
    return pid_in(segments_.ring().area().producer_process) == child;
}

// The supervisor starts a child that dies before it has done anything again later and later, up to a second.
// Nineteen of twenty victims have worked, however long that takes: otherwise the storm of a slow machine
// kills all children before they work, and sees nothing move.
bool Storm::has_worked(pid_t child) {
    const RingView ring = segments_.ring();
    std::uint64_t word = 0;
    if (is_producer(child)) {
        word = ring.tail();
    } else {
        std::size_t place = 0;
        while (place < kMaxPlaces && pid_in(ring.area().hands[place].process) != child) ++place;
        if (place == kMaxPlaces) return false;
        word = ring.hand(place).word().pack();
    }
    if (first_word_.size() > 10'000) first_word_.clear();
    const auto [known, is_new] = first_word_.try_emplace(child, word);
    return !is_new && known->second != word;
}

pid_t Storm::pick() {
    const bool any = random(20) == 0;
    while (true) {
        look();
        std::vector<pid_t> victims;
        for (const pid_t child : children()) {
            if (any || has_worked(child)) victims.push_back(child);
        }
        if (!victims.empty()) return victims[random(victims.size())];
        nap(100);
    }
}

void Storm::kill_one(bool probe) {
    const pid_t victim = pick();
    nap(random(100));  // the moment of the kill is what is random
    const bool producer = is_producer(victim);
    if (probe) stop_child(supervisor_.pid());
    const Sight before = sight();
    kill_now(victim);
    ++kills_;
    if (producer) ++producer_kills_;
    if (!probe) return;
    this->probe(victim, before);
    ::kill(supervisor_.pid(), SIGCONT);
}

void Storm::probe(pid_t victim, const Sight& before) {
    ++probes_;
    std::vector<pid_t> others;
    for (const pid_t child : children()) {
        if (child != victim && process_state(child) != 'Z') others.push_back(child);
    }
    Watched waiting;
    while (!went_on(before, others)) {
        const auto waited = waiting.go_on();
        longest_stall_ = std::max(longest_stall_, waited);
        if (waited > kStall) FAIL("after the kill of " << victim << " the others do not go on:\n" << state());
    }
    unmoved_.begin();
}

// True if the child has ended, and took its name off its place before. Consumers leave like this when others
// have died together: the suspects are tried alone (docs/crash-safety.md), by a consumer that the supervisor
// cannot start while it is stopped.
bool Storm::has_left(pid_t child) const {
    const char state = process_state(child);
    if (state != 'Z' && state != '?') return false;
    const auto& hands = segments_.ring().area().hands;
    return std::none_of(std::begin(hands), std::end(hands),
                        [child](const HandArea& hand) { return pid_in(hand.process) == child; });
}

bool Storm::went_on(const Sight& before, const std::vector<pid_t>& others) const {
    const RingView ring = segments_.ring();
    const pid_t producer = pid_in(ring.area().producer_process);
    const bool produces = std::find(others.begin(), others.end(), producer) != others.end();
    const bool has_consumers = std::any_of(
        others.begin(), others.end(), [&](pid_t other) { return other != producer && !has_left(other); });
    if (!has_consumers) return true;
    const Sight now = sight();
    // Without a producer nobody takes receipts, and the storage stays full.
    const bool full = !produces && now.stored - now.released == segments_.storage().capacity();
    const bool claims = full || now.claimed >= before.acquired;
    const bool acquires = !produces || now.acquired > before.acquired;
    // A leader that waits for items does not notice that another one died before its flush, and need not: its
    // wait is bounded. To see that bound takes half a second: now and then.
    const bool flushes = now.durable >= before.stored || (!produces && probes_ % 16 != 0);
    return claims && acquires && flushes;
}

void Storm::stop_one(milliseconds longest) {
    const pid_t victim = pick();
    // Without a lock in its hand a stopped producer is left alone, and then nothing moves by right.
    if (is_producer(victim)) longest = std::min(longest, kStall / 2);
    const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, victim, 0)));
    if (!pidfd) return;
    ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGSTOP, nullptr, 0);
    ++stops_;
    const auto until = Clock::now() + milliseconds(random(static_cast<std::uint64_t>(longest.count()) + 1));
    pollfd ended{pidfd.get(), POLLIN, 0};
    while (Clock::now() < until && ::poll(&ended, 1, 1) == 0) look();
    ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGCONT, nullptr, 0);
}

std::string Storm::state() const {
    const RingView ring = segments_.ring();
    const StorageView storage = segments_.storage();
    const Sight now = sight();
    std::string text = fmt::format(
        "acquired {} claimed {} stored {} durable {} released {}; closed {} stop {}; capacities {} and {}\n",
        now.acquired, now.claimed, now.stored, now.durable, now.released, ring.closed(),
        ring.stop_requested(), ring.capacity(), storage.capacity());
    const auto lock = [&text](const char* name, const RobustMutex& mutex) {
        text += fmt::format("{} owner {} beats {}; ", name, mutex.owner(), mutex.beats());
    };
    lock("push", ring.area().push_lock);
    lock("pop", ring.area().pop_lock);
    lock("save", storage.area().save_lock);
    lock("flush", storage.area().flush_lock);
    text += fmt::format("\nwaiting: items {} producer {} room {}\n", ring.area().items.waiting.load(),
                        ring.area().producer.waiting.load(), storage.area().room.waiting.load());
    text += fmt::format("producer {}\n", pid_in(ring.area().producer_process));
    for (std::size_t place = 0; place < kMaxPlaces; ++place) {
        const HandArea& area = ring.area().hands[place];
        const HandWord word = ring.hand(place).word();
        if (area.process.load() == 0 && word.empty()) continue;
        text += fmt::format("place {}: pid {} first {} count {} done {} work {:x}\n", place,
                            pid_in(area.process), word.first, word.count, word.done, area.work.load());
    }
    for (const pid_t child : children()) text += fmt::format("child {} {}\n", child, process_state(child));
    text += fmt::format("supervisor {} {}, its log ends in:\n", supervisor_.pid(),
                        process_state(supervisor_.pid()));
    const std::string log = supervisor_.err();
    return text + log.substr(log.size() > 2000 ? log.size() - 2000 : 0);
}

}  // namespace pipeline::test
