// SPDX-License-Identifier: Apache-2.0
// The segments of a pipeline without a process, held so that no process adopts them. They may be damaged, or
// incomplete: this class trusts none of their contents when it removes them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/fd.hpp"

namespace pipeline {

class Leftovers {
  public:
    // Finds the segments of that name (segment_path.hpp) and takes the generation lock. Returns none if there
    // are none. The caller keeps supervisors of the name out (NameLock). Throws Failure: NotDrained, with the
    // pids, if a process of the pipeline is alive; CannotCreate if a segment is another user's or is no file.
    [[nodiscard]] static std::optional<Leftovers> find(const std::string& name);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    // Removes all of them. A kill in between leaves the rest, which the next call finds.
    void remove() const;

  private:
    struct Part {
        std::string segment;  // its name for Segment::remove()
        UniqueFd file;        // holds a lock on it
    };
    Leftovers(std::string name, std::vector<Part> parts) : name_(std::move(name)), parts_(std::move(parts)) {}

    std::string name_;
    std::vector<Part> parts_;  // the ring first, as Segments::unlink() removes them
};

}  // namespace pipeline
