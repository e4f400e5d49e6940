// SPDX-License-Identifier: Apache-2.0
// Writes a View (lookout.hpp) as text for people: several lines, or one.
#pragma once

#include <string>

#include "observer/judge/lookout.hpp"

namespace pipeline {

// Returns several lines. The view must have an observation.
[[nodiscard]] std::string status_text(const View& view);
// Returns one line, without the newline: "14:03:07 running: acquired ...". The view must have an observation.
[[nodiscard]] std::string status_line(const View& view);
// Returns the text to show while nothing can be observed: that the observer waits for a pipeline, or why it
// cannot observe one.
[[nodiscard]] std::string waiting_text(const View& view);

// Returns a text like "running" or "running, source paused".
[[nodiscard]] std::string state_text(const Observation& now);

// Returns a text like "4 consumers" or "4 consumers (1 to 32)": the wanted number, and its range.
[[nodiscard]] std::string consumers_text(const SupervisorObservation& supervisor);

// Returns a text like "nothing has moved for 34 s, since 14:02:33"; empty if something moved in the last
// seconds, or if the pipeline has finished.
[[nodiscard]] std::string stillness(const View& view);
// True if stillness() deserves attention: invoices are in flight, or the health is not good.
[[nodiscard]] bool is_to_be_told(const View& view) noexcept;

}  // namespace pipeline
