// SPDX-License-Identifier: Apache-2.0
// A pipeline's view in words: a page, or one line.
#pragma once

#include <string>

#include "observer/judge/lookout.hpp"

namespace pipeline {

// Several lines. The view must have an observation.
[[nodiscard]] std::string status_text(const View& view);
// One line, without its end: "14:03:07 running: acquired ...". The view must have an observation.
[[nodiscard]] std::string status_line(const View& view);
// The text while there is nothing to see: what it waits for, or why it cannot look.
[[nodiscard]] std::string waiting_text(const View& view);

// "running", "running, source paused".
[[nodiscard]] std::string state_text(const Observation& now);

// "4 consumers", "4 consumers (1 to 32)": the wanted number, and its range.
[[nodiscard]] std::string consumers_text(const SupervisorObservation& supervisor);

// "nothing has moved for 34 s, since 14:02:33"; empty if something moved in the last seconds, or nothing
// could.
[[nodiscard]] std::string stillness(const View& view);
// False while nothing should move: nothing is in flight, and the processes that wait for more are well.
[[nodiscard]] bool is_to_be_told(const View& view) noexcept;

}  // namespace pipeline
