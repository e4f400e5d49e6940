// SPDX-License-Identifier: Apache-2.0
// The segments of a pipeline that has just been started, as an observer has them.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "common/core/segments/segments.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/process.hpp"

namespace pipeline::test {

// Fails the test at the deadline, or once the supervisor has ended.
[[nodiscard]] inline SegmentsView attach(const std::string& name, Process& supervisor) {
    std::optional<SegmentsView> segments;
    const bool is_decided = eventually([&] {
        segments = SegmentsView::open(name);
        return segments.has_value() || !supervisor.is_running();
    });
    if (!is_decided || !segments) FAIL("no segments named " << name << ":\n" << supervisor.err());
    return std::move(*segments);
}

}  // namespace pipeline::test
