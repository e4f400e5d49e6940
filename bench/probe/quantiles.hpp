// SPDX-License-Identifier: Apache-2.0
// Many durations, and what one wants to know of them.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace pipeline::bench {

class Quantiles {
  public:
    void add(std::uint64_t ns) { durations_ns_.push_back(ns); }
    [[nodiscard]] std::size_t count() const noexcept { return durations_ns_.size(); }

    // "NAME_p50_us":..,"NAME_p99_us":..,"NAME_p999_us":..,"NAME_max_us":..
    [[nodiscard]] std::string json(const char* name) {
        std::sort(durations_ns_.begin(), durations_ns_.end());
        return fmt::format(
            R"("{0}_p50_us":{1:.1f},"{0}_p99_us":{2:.1f},"{0}_p999_us":{3:.1f},"{0}_max_us":{4:.1f})", name,
            at(0.5), at(0.99), at(0.999), at(1));
    }

  private:
    [[nodiscard]] double at(double part) const noexcept {
        if (durations_ns_.empty()) return 0;
        const auto last = static_cast<double>(durations_ns_.size() - 1);
        return static_cast<double>(durations_ns_[static_cast<std::size_t>(part * last + 0.5)]) / 1e3;
    }
    std::vector<std::uint64_t> durations_ns_;
};

}  // namespace pipeline::bench
