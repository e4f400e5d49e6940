// SPDX-License-Identifier: Apache-2.0
#include "observer/rows/ledger_desk.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/error.hpp"
#include "common/base/fd.hpp"

namespace pipeline {
namespace {

using Clock = std::chrono::steady_clock;

// A look-up that takes so long hangs.
constexpr auto kHangs = kLookUpLimit + std::chrono::milliseconds(1000);

constexpr const char* kBusy = "the ledger is asked too many questions at once: try again";
constexpr const char* kDoesNotAnswer = "the ledger's file system does not answer";

}  // namespace

struct LedgerDesk::Shared {
    struct Waiting {
        LedgerQuestion question;
        std::vector<Done> all;
        Clock::time_point since;
    };
    struct Answered {
        LedgerAnswer answer;
        std::vector<Done> all;
    };

    explicit Shared(Answer given) : answer(std::move(given)), wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        if (!wake)
            throw system_failure(ExitStatus::InputOutput, "eventfd", "for the ledger's answers", errno);
    }
    void tell(LedgerAnswer reply, std::vector<Done> all) {
        answered.push_back({std::move(reply), std::move(all)});
        constexpr std::uint64_t kOne = 1;
        // The counter cannot overflow: deliver() sets it back.
        [[maybe_unused]] const auto size = ::write(wake.get(), &kOne, sizeof kOne);
    }

    const Answer answer;
    const UniqueFd wake;
    // The mutex guards all that follows.
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Waiting> waiting;
    std::vector<Answered> answered;
    std::optional<Clock::time_point> working_since;
    bool is_over = false;
};

LedgerDesk::LedgerDesk(Answer answer) : shared_(std::make_shared<Shared>(std::move(answer))) {}

LedgerDesk::~LedgerDesk() {
    if (!thread_.joinable()) return;
    std::unique_lock lock(shared_->mutex);
    shared_->is_over = true;
    shared_->changed.notify_all();
    const bool is_idle = shared_->changed.wait_for(lock, kHangs, [&] { return !shared_->working_since; });
    lock.unlock();
    is_idle ? thread_.join() : thread_.detach();
}

int LedgerDesk::fd() const noexcept {
    return shared_->wake.get();
}

void LedgerDesk::ask(const LedgerQuestion& question, Done done) {
    const std::lock_guard lock(shared_->mutex);
    if (!thread_.joinable()) thread_ = std::thread(work, shared_);
    auto& waiting = shared_->waiting;
    const auto same = std::find_if(waiting.begin(), waiting.end(),
                                   [&](const Shared::Waiting& each) { return each.question == question; });
    if (shared_->working_since && Clock::now() - *shared_->working_since > kHangs) {
        shared_->tell(NoAnswer{kDoesNotAnswer}, {std::move(done)});
    } else if (same != waiting.end()) {
        same->all.push_back(std::move(done));
    } else if (waiting.size() >= kMostQuestions) {
        shared_->tell(NoAnswer{kBusy}, {std::move(done)});
    } else {
        waiting.push_back({question, {std::move(done)}, Clock::now()});
        shared_->changed.notify_all();
    }
}

void LedgerDesk::deliver() {
    std::vector<Shared::Answered> answered;
    {
        const std::lock_guard lock(shared_->mutex);
        std::uint64_t times = 0;
        [[maybe_unused]] const auto size = ::read(shared_->wake.get(), &times, sizeof times);
        answered.swap(shared_->answered);
    }
    for (const auto& [answer, all] : answered) {
        for (const Done& done : all) done(answer);
    }
}

void LedgerDesk::work(const std::shared_ptr<Shared>& shared) {
    std::unique_lock lock(shared->mutex);
    while (true) {
        shared->changed.wait(lock, [&] { return shared->is_over || !shared->waiting.empty(); });
        if (shared->is_over) return;
        Shared::Waiting next = std::move(shared->waiting.front());
        shared->waiting.pop_front();
        const auto now = Clock::now();
        if (now - next.since > kMostWait) {
            shared->tell(NoAnswer{kBusy}, std::move(next.all));
            continue;
        }
        shared->working_since = now;
        lock.unlock();
        LedgerAnswer answer;
        try {
            answer = shared->answer(next.question);
        } catch (const std::exception& error) {
            answer = NoAnswer{error.what()};
        }
        lock.lock();
        shared->working_since.reset();
        shared->tell(std::move(answer), std::move(next.all));
        shared->changed.notify_all();
    }
}

}  // namespace pipeline
