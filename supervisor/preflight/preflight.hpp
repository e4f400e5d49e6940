// SPDX-License-Identifier: Apache-2.0
// Checks the conditions of a run before any child starts: first the directories and the source, and then,
// once the supervisor knows what an earlier supervisor has left, the ledger.
#pragma once

#include <cstdint>
#include <filesystem>

#include "common/core/segments/segments.hpp"
#include "supervisor/options/options.hpp"

namespace pipeline {

// Says how to treat a directory of the pipeline that is missing. Look: only check that it can be made.
enum class Directories : std::uint8_t { Make, Look };

// The steps of prepare(), one by one, for a check that must report more than the first failure. With
// Directories::Look nothing is created. Every function throws as prepare() does.
class Preflight {
  public:
    // `options` must outlive the object.
    Preflight(const Options& options, Directories directories);
    void descriptors() const;  // raises the limit of open files if needed
    void directories() const;  // state and runtime directory, that of the segments, the default spool
    void source() const;
    void program() const;  // that of --process
    // True if a start makes the source: it is the default spool, and it is missing.
    [[nodiscard]] bool will_make_source() const;
    // Returns the plan of new segments, without the parts that come from the ledger. Call it last.
    [[nodiscard]] SegmentsPlan plan() const;
    // Requires room for new segments. A start need not ask: it takes the room, and fails if there is none.
    void room(const SegmentsPlan& plan) const;

  private:
    void provide(const std::filesystem::path& path, const char* option) const;
    void look_into(const std::filesystem::path& path, const char* option) const;
    [[nodiscard]] bool is_default_spool() const;

    const Options& options_;
    Directories directories_;
};

// Raises the limit of open files if needed, creates the pipeline's directories (state and runtime directory,
// the default spool), and checks the source. Returns the plan of new segments, without the parts that come
// from the ledger. Throws Failure: NoInput, CannotCreate or Configuration.
[[nodiscard]] SegmentsPlan prepare(const Options& options);

// Throws Failure (CannotCreate) if another pipeline holds the source. Call it when no process of an earlier
// supervisor of this name is left.
void require_free_source(const Options& options);

// Completes the plan of new segments from the ledger: the ledger's id, the source's name in the ledger, the
// position where the source goes on (0 if the ledger does not know the source, or with --from-start), and for
// a list the digest of everything before that position. Logs a line if a list goes on under another name.
// Creates a missing ledger. Throws the same Failures as prepare().
void complete(SegmentsPlan& plan, const Options& options);

}  // namespace pipeline
