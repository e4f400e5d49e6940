// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/nats/nats_link.hpp"

#include <signal.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "common/base/log.hpp"
#include "producer/sources/nats/nats_worker.hpp"
#include "producer/sources/readiness.hpp"

namespace pipeline {

using std::chrono::milliseconds;

NatsLink::NatsLink(NatsPlan plan, std::chrono::nanoseconds end_patience)
    : state_(std::make_shared<NatsState>()), end_patience_(end_patience) {
    state_->event.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    state_->accepted = plan.accepted;
    if (!state_->event) throw system_failure(ExitStatus::InputOutput, "eventfd", "for NATS", errno);
    // The thread and those of the library inherit a full signal mask: signals are for the main thread.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = 0;
    try {
        thread_ = std::thread([state = state_, plan = std::move(plan)]() mutable {
            try {
                NatsWorker(std::move(plan), state).run();
            } catch (const std::exception& exception) {
                // Only memory can have run out: what is held comes again.
                const std::lock_guard lock(state->mutex);
                state->failure.emplace(ExitStatus::Internal, std::string("NATS: ") + exception.what());
                state->has_finished = true;
                state->signal();
            }
        });
    } catch (const std::system_error& failure) {
        error = failure.code().value();
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (error != 0) throw system_failure(ExitStatus::InputOutput, "starting a thread", "for NATS", error);
}

NatsLink::~NatsLink() {
    const auto until = NatsState::Clock::now() + std::chrono::ceil<milliseconds>(end_patience_);
    bool has_finished = false;
    {
        const std::lock_guard lock(state_->mutex);
        state_->is_stopped = true;
        state_->finish_by = until;
        state_->wake.notify_one();
    }
    // A little more than the thread has, so that it can say what it leaves.
    while (!has_finished && NatsState::Clock::now() < until + milliseconds(500)) {
        {
            const std::lock_guard lock(state_->mutex);
            state_->clear_event();
            has_finished = state_->has_finished;
        }
        if (!has_finished) static_cast<void>(wait_readable(state_->event.get(), -1, milliseconds(100)));
    }
    if (has_finished) {
        thread_.join();
    } else {
        log(LogLevel::Notice, "the connection to NATS does not end in time, and is left alone");
        thread_.detach();
    }
}

}  // namespace pipeline
