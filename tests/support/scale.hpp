// SPDX-License-Identifier: Apache-2.0
// What the environment says about tests that are random or long: TEST_SEED repeats a run, TEST_SCALE makes it
// so many times as long as in the gate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>

namespace pipeline::test {

// $TEST_SEED, or a new one; whoever uses it prints it.
[[nodiscard]] inline std::uint64_t test_seed() {
    const char* given = std::getenv("TEST_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

[[nodiscard]] inline double test_scale() {
    const char* given = std::getenv("TEST_SCALE");
    return given != nullptr ? std::strtod(given, nullptr) : 1.0;
}

[[nodiscard]] inline std::uint64_t scaled(std::uint64_t count) {
    return static_cast<std::uint64_t>(static_cast<double>(count) * test_scale());
}

// A test that tries every `gate`-th of many things in the gate: it tries all of them if it is to be longer,
// fewer if it is to be shorter.
[[nodiscard]] inline std::size_t one_in(std::size_t gate) {
    const double scale = test_scale();
    if (scale > 1) return 1;
    return scale < 1 ? static_cast<std::size_t>(static_cast<double>(gate) / scale) : gate;
}

}  // namespace pipeline::test
