// SPDX-License-Identifier: Apache-2.0
// A row of the supervisor's process table: the producer, or the consumer of one place.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "supervisor/children/restart_policy.hpp"
#include "supervisor/children/spawn.hpp"

namespace pipeline {

struct Child {
    enum class Role { Producer, Consumer };
    enum class State {
        Waiting,  // to be started at start_at
        Running,
        Done,  // has drained, has left as it was told, or has failed for good: not started again by itself
    };

    Role role = Role::Consumer;
    std::uint16_t place = 0;  // of a consumer
    std::vector<std::string> arguments;
    StandardInput standard_input = StandardInput::Null;

    State state = State::Waiting;
    std::chrono::steady_clock::time_point start_at{};
    SpawnedChild process;
    std::string hindrance;  // why it could not be started last time; empty if it could
    RestartPolicy restarts;
    std::uint64_t progress_at_start = 0;  // what progress of this child is measured by, when it was started

    // Of a consumer (pool.hpp).
    bool wanted = true;     // if not, it leaves, and nobody comes after it but for what is in its hand
    bool told = false;      // the process has been told to leave, whatever it is told now
    bool is_dated = false;  // it is to be replaced by a fresh one

    [[nodiscard]] const char* program() const noexcept {
        return role == Role::Producer ? "producer" : "consumer";
    }
    // For log lines: "producer", "consumer 3".
    [[nodiscard]] std::string name() const {
        return role == Role::Producer ? "producer" : "consumer " + std::to_string(place);
    }
};

}  // namespace pipeline
