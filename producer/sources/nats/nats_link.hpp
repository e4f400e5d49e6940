// SPDX-License-Identifier: Apache-2.0
// The producer's end of a NATS connection: starts the thread that has it (nats_worker.hpp), and ends it. No
// function waits but the destructor, which gives the thread some time for the last receipts. A thread that is
// stuck by then, in the name service say, is left alone: the process ends soon.
#pragma once

#include <chrono>
#include <memory>
#include <thread>

#include "producer/sources/nats/nats_session.hpp"

namespace pipeline {

class NatsLink {
  public:
    // Starts the thread. Throws Failure InputOutput if there can be none.
    NatsLink(NatsPlan plan, std::chrono::nanoseconds end_patience);
    NatsLink(const NatsLink&) = delete;
    NatsLink& operator=(const NatsLink&) = delete;
    ~NatsLink();

    [[nodiscard]] NatsState& state() noexcept { return *state_; }
    [[nodiscard]] const NatsState& state() const noexcept { return *state_; }

  private:
    std::shared_ptr<NatsState> state_;
    std::chrono::nanoseconds end_patience_;
    std::thread thread_;
};

}  // namespace pipeline
