// SPDX-License-Identifier: Apache-2.0
// The segments that a pipeline leaves when everything is killed at once: invoices are in the ring, in both
// hands and in the storage, some of them in the ledger. They can be damaged, and made whole again, as often
// as one likes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "common/core/segments/segments.hpp"
#include "tests/support/pipeline_run.hpp"

namespace pipeline::test {

class Leftover {
  public:
    // Runs a pipeline and kills it.
    Leftover();

    // What start() ends with: more than had been acquired.
    [[nodiscard]] std::uint64_t numbers() const noexcept { return numbers_; }

    [[nodiscard]] PipelineRun& run() noexcept { return run_; }
    [[nodiscard]] const PipelineRun& run() const noexcept { return run_; }
    [[nodiscard]] std::filesystem::path ring() const { return "/dev/shm/" + run_.name() + ".ring"; }
    [[nodiscard]] std::filesystem::path storage() const { return "/dev/shm/" + run_.name() + ".storage"; }

    // Both segments as they were left.
    void restore() const;
    // Writes into the shared structures of both.
    void change(const std::function<void(const Ring&, const Storage&)>& how) const;
    // Starts a supervisor that would adopt them and finish with numbers().
    [[nodiscard]] Process start(const std::function<void()>& before_exec = {});

  private:
    PipelineRun run_;
    std::uint64_t numbers_ = 0;
    std::string ring_bytes_;
    std::string storage_bytes_;
};

}  // namespace pipeline::test
