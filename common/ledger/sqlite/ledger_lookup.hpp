// SPDX-License-Identifier: Apache-2.0
// Asks the ledger what became of files: a spool's start must know which of those that lie there are done. It
// reads alone, in one short transaction a question, and holds up no writer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/result.hpp"
#include "common/ledger/ledger.hpp"
#include "common/os/file_identity.hpp"
#include "common/spec/specs.hpp"

namespace pipeline {

class LedgerLookup {
  public:
    struct Answer {
        Outcome outcome;
        // The row is of version 0.1.0, which knew files by their inodes alone, and was acquired after the
        // file was made: it is this file's.
        bool by_inode = false;
    };

    LedgerLookup() = default;
    LedgerLookup(const LedgerLookup&) = delete;
    LedgerLookup& operator=(const LedgerLookup&) = delete;
    virtual ~LedgerLookup() = default;

    // False if the ledger keeps nothing.
    [[nodiscard]] virtual bool remembers() const noexcept = 0;
    // False if the ledger has nothing from the source at all: then there is nothing to ask. Throws
    // LedgerUnavailable, as find() does.
    [[nodiscard]] virtual bool knows_source() = 0;
    // The outcome of the invoice `id` that was the file `file`; none if the ledger does not have that one, be
    // it that the id belongs to another file.
    [[nodiscard]] virtual std::optional<Answer> find(std::string_view id, const FileIdentity& file) = 0;
    // There is nothing more to ask for the time being: the ledger's file is let go of.
    virtual void close() noexcept = 0;
};

// `source` is its name as in the ledger; another ledger than the known one is not asked. Nothing is opened
// before the first question; a ledger that keeps nothing knows nothing.
[[nodiscard]] std::unique_ptr<LedgerLookup> make_ledger_lookup(const LedgerSpec& ledger, std::string source,
                                                               const KnownLedger& known = {});

}  // namespace pipeline
