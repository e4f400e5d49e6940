// SPDX-License-Identifier: Apache-2.0
// What is seen of a pipeline, in words: on a page, or on one line.
#pragma once

#include <string>

#include "observer/lookout.hpp"

namespace pipeline {

// Several lines; of a view that has seen something.
[[nodiscard]] std::string status_text(const View& view);
// One line, without its end: "14:03:07 running: acquired ...". Of a view that has seen something.
[[nodiscard]] std::string status_line(const View& view);
// What is said while there is nothing to see: what it waits for, or why it cannot look.
[[nodiscard]] std::string waiting_text(const View& view);

// "running", "running, source paused".
[[nodiscard]] std::string state_text(const Observation& now);

// "nothing has moved for 34 s, since 14:02:33"; empty if something has in the last seconds, or there is
// nothing that could.
[[nodiscard]] std::string stillness(const View& view);

}  // namespace pipeline
