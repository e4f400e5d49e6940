// SPDX-License-Identifier: Apache-2.0
#include "consumer/work/simulate_processor.hpp"

#include <ctime>
#include <thread>

namespace pipeline {
namespace {

// Returns the CPU time that this thread has used: it does not grow while the thread is preempted.
std::chrono::nanoseconds used() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

void SimulateProcessor::process(const Acquired&, Result& result) {
    if (burn_) {
        const auto until = used() + duration_;
        while (used() < until) {
        }
    } else {
        std::this_thread::sleep_for(duration_);
    }
    result.set(Status::Booked);
}

}  // namespace pipeline
