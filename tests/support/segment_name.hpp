// SPDX-License-Identifier: Apache-2.0
// A name of one test for segments. No segment is left under it, finished or half-made.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/support/files.hpp"

namespace pipeline::test {

class SegmentName {
  public:
    explicit SegmentName(const char* tag) : text(fmt::format("unit-{}-{}", ::getpid(), tag)) {}
    SegmentName(const SegmentName&) = delete;
    SegmentName& operator=(const SegmentName&) = delete;
    ~SegmentName() { remove_all(text); }
    static void remove_all(const std::string& name) {
        for (const char* suffix : {".ring", ".ring.new", ".storage", ".storage.new"})
            std::filesystem::remove("/dev/shm/" + name + suffix);
    }

    [[nodiscard]] std::string path(const std::string& suffix) const { return "/dev/shm/" + text + suffix; }
    [[nodiscard]] bool has(const std::string& suffix) const { return std::filesystem::exists(path(suffix)); }

    const std::string text;
};

}  // namespace pipeline::test
