// SPDX-License-Identifier: Apache-2.0
// Makes the source that the command line names.
#pragma once

#include <memory>
#include <string>

#include "common/spec/ledger_spec.hpp"
#include "common/spec/source_spec.hpp"
#include "producer/sources/source.hpp"

namespace pipeline {

// Opens the source. With `once`, the pipeline finishes when the source has nothing more, and the last line of
// a list needs no newline. Without `once`, a last line that has no newline may still grow. Throws Failure
// (NoInput: missing or unreadable; CannotCreate: the spool's outcome folders cannot be created;
// Configuration: the input differs from the part that was read before, as `resume` describes it).
[[nodiscard]] std::unique_ptr<Source> open_source(const SourceSpec& spec, const Resume& resume, bool once,
                                                  const SourceContext& context = {});

// Asks the server of a source, if it has one, whether the source can be used, without taking anything from
// it. Returns a line for people; empty: the source has no server, and the supervisor has looked at it. Throws
// Failure as open_source() does. `ledger` is that of a source in the ledger's database.
[[nodiscard]] std::string probe_source(const SourceSpec& spec, const LedgerSpec& ledger);

}  // namespace pipeline
