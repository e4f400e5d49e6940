// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/table/table_link.hpp"

#include <signal.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "common/base/log.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;

void work(TablePlan plan, const std::shared_ptr<TableState>& state) {
    const std::string name = plan.name;
    try {
        TableWorker(std::move(plan), state).run();
    } catch (const std::exception& exception) {
        // Only memory can have run out: rows that are held become free when their leases end.
        const std::lock_guard lock(state->mutex);
        state->failure.emplace(ExitStatus::Internal, name + ": " + exception.what());
        state->signal();
    }
}

}  // namespace

TableLink::TableLink(TablePlan plan, std::chrono::nanoseconds end_patience)
    : state_(std::make_shared<TableState>()), end_patience_(end_patience) {
    state_->event.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!state_->event) throw system_failure(ExitStatus::InputOutput, "eventfd", plan.name, errno);
    // The thread inherits a full signal mask: signals are for the main thread.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = 0;
    try {
        std::packaged_task<void()> task(
            [state = state_, plan = std::move(plan)]() mutable { work(std::move(plan), state); });
        end_ = task.get_future();
        thread_ = std::thread(std::move(task));
    } catch (const std::system_error& failure) {
        error = failure.code().value();
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (error != 0) throw system_failure(ExitStatus::InputOutput, "starting a thread", "for a table", error);
}

TableLink::~TableLink() {
    const auto until = TableState::Clock::now() + std::chrono::ceil<milliseconds>(end_patience_);
    {
        const std::lock_guard lock(state_->mutex);
        state_->is_stopped = true;
        state_->finish_by = until;
        state_->wake.notify_one();
    }
    // A little more than the thread has, so that it can say what it leaves.
    if (end_.wait_until(until + milliseconds(500)) == std::future_status::ready) {
        thread_.join();
    } else {
        log(LogLevel::Notice, "the connection to the table does not end in time, and is left alone");
        thread_.detach();
    }
}

}  // namespace pipeline
