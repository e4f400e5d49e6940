// SPDX-License-Identifier: Apache-2.0
// The processor for e-invoices. It reads an invoice of EN 16931 from a file (UBL or CII, invoice_reader.hpp),
// extracts what the ledger has columns for, and checks the calculation rules. Booked: all rules hold.
// Rejected: the file is readable but wrong: it violates rules, a term is no number, or the file is no such
// invoice or not well-formed XML. Failed: the file could not be read, was replaced or changed, or exceeds the
// size limit.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "common/base/digest.hpp"
#include "consumer/invoice/invoice_file.hpp"
#include "consumer/invoice/syntax/invoice_reader.hpp"
#include "consumer/work/processor.hpp"

namespace pipeline {

class InvoiceProcessor final : public Processor, private FileSink {
  public:
    // Ids are names of files in `spool`; without a spool, ids are paths. `patience` bounds the retries of a
    // file that cannot be read at present.
    InvoiceProcessor(std::shared_ptr<const SpoolFolder> spool, std::uint64_t max_bytes,
                     Patience patience = Patience{});

    void process(const Acquired& invoice, Result& result) override;

  private:
    void process_file(const Acquired& invoice, Result& result);
    void begin() override;
    [[nodiscard]] std::span<char> room() override;
    void take(std::size_t bytes) override;
    // Ends the document. Returns an empty text, or why it is no invoice.
    [[nodiscard]] std::string finish();

    bool is_spool_;
    InvoiceFile file_;
    InvoiceReader reader_;
    Sha256 digest_;
    std::span<char> room_;
    bool is_begun_ = false;          // the first bytes have come
    std::string_view other_format_;  // what the file is; empty: it may be XML
    std::array<char, 16384>
        unread_;  // for what comes after the document was refused: only the digest needs it
};

}  // namespace pipeline
