// SPDX-License-Identifier: Apache-2.0
#include "supervisor/children/children.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <thread>
#include <utility>

#include "common/os/orphans.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kWithoutPoll{50};
constexpr milliseconds kEndOfUseless{1000};

}  // namespace

Children::Children(Child producer, bool outside) : outside_(outside) {
    if (outside_) spared_ = adopt_orphans();
    rows_.push_back(std::move(producer));
}

void Children::adopt_programs() {
    if (outside_) return;
    outside_ = true;
    spared_ = adopt_orphans();
    // Children of this process that are in the table are not spared: they are not orphans either.
    std::erase_if(spared_, [&](pid_t pid) {
        return std::any_of(rows_.begin(), rows_.end(), [pid](const Child& child) {
            return child.state == Child::State::Running && child.process.pid == pid;
        });
    });
}

Child& Children::add(Child consumer) {
    return rows_.emplace_back(std::move(consumer));
}

Child* Children::consumer(std::uint16_t place) noexcept {
    const auto found = std::find_if(rows_.begin() + 1, rows_.end(),
                                    [&](const Child& child) { return child.place == place; });
    return found == rows_.end() ? nullptr : &*found;
}

Child* Children::running(ProcessId process) noexcept {
    const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const Child& child) {
        return child.state == Child::State::Running && child.process.is_named_by(process.pack());
    });
    return found == rows_.end() ? nullptr : &*found;
}

std::size_t Children::places() const noexcept {
    std::size_t places = 0;
    for (const Child& child : consumers()) places = std::max<std::size_t>(places, child.place + 1U);
    return places;
}

Children::Event Children::wait(int signal_fd, milliseconds bound) {
    std::vector<pollfd> watched{{signal_fd, POLLIN, 0}};
    std::vector<Child*> owners{nullptr};
    for (Child& child : rows_) {
        if (child.state != Child::State::Running) continue;
        watched.push_back({child.process.pidfd.get(), POLLIN, 0});
        owners.push_back(&child);
        if (!child.process.report) continue;
        watched.push_back({child.process.report.get(), POLLIN, 0});
        owners.push_back(nullptr);
    }
    const int ready =
        ::poll(watched.data(), watched.size(), static_cast<int>(std::max<std::int64_t>(0, bound.count())));
    if (ready == 0) return {};
    if (ready < 0) {
        // poll(2) has failed. Report all children and the signal: the caller may check them needlessly.
        if (errno != EINTR) std::this_thread::sleep_for(kWithoutPoll);
        for (pollfd& one : watched) one.revents = POLLIN;
    }
    Event event;
    for (std::size_t i = 1; i < watched.size(); ++i) {
        if (watched[i].revents == 0) continue;
        if (owners[i] == nullptr) {
            event.started = true;
        } else {
            event.ended.push_back(owners[i]);
        }
    }
    event.signalled = watched[0].revents != 0;
    return event;
}

std::vector<std::string> Children::kill_all(milliseconds bound) {
    for (const Child& child : rows_) {
        if (child.state == Child::State::Running) ::kill(child.process.pid, SIGKILL);
    }
    const auto until = std::chrono::steady_clock::now() + bound;
    std::vector<std::string> left_alone;
    for (Child& child : rows_) {
        if (child.state == Child::State::Running) {
            const pid_t pid = child.process.pid;
            if (!end(child,
                     std::chrono::duration_cast<milliseconds>(until - std::chrono::steady_clock::now())))
                left_alone.push_back(child.name() + " (pid " + std::to_string(pid) + ")");
        }
        child.state = Child::State::Done;
    }
    return left_alone;
}

void Children::start_no_more() noexcept {
    for (Child& child : rows_) {
        if (child.state == Child::State::Waiting) child.state = Child::State::Done;
    }
}

void Children::forget(Child& child) {
    end(child, kEndOfUseless);
}

bool Children::end(Child& child, milliseconds bound) {
    const bool has_ended = kill_and_reap(child.process.pid, bound);
    if (!has_ended) spared_.push_back(child.process.pid);
    child.process = {};
    return has_ended;
}

bool Children::end_orphans(milliseconds bound) {
    if (!outside_) return true;
    std::erase_if(spared_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
    std::vector<pid_t> own = spared_;
    for (const Child& child : rows_) {
        if (child.state == Child::State::Running) own.push_back(child.process.pid);
    }
    return kill_all_orphans(own, bound);
}

bool Children::consumers_done() const noexcept {
    return std::all_of(rows_.begin() + 1, rows_.end(),
                       [](const Child& child) { return child.state == Child::State::Done; });
}

bool Children::all_done() const noexcept {
    return producer().state == Child::State::Done && consumers_done();
}

}  // namespace pipeline
