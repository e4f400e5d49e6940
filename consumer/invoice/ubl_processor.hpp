// SPDX-License-Identifier: Apache-2.0
// The processor for e-invoices. It reads a UBL 2.1 Invoice or CreditNote from a file, extracts supplier,
// currency and totals, and checks EN 16931's calculation rules. Booked: all rules hold. Rejected: the file is
// readable but wrong: it violates rules (the reason begins with their ids, separated by one blank), an amount
// is no number, or the file is not UBL or not well-formed XML. Failed: the file could not be read, was
// replaced or changed, or exceeds the size limit.
//
// The processor skips a document type, and expands no entities but XML's own five: `&other;` stays as
// written. It checks well-formedness as far as pugixml does (tags match, quotes close, one root), and also
// finds stray text, several roots, NUL bytes and bytes that are not UTF-8. It does not notice repeated
// attributes; undeclared prefixes (their elements match nothing); `--` in comments; `]]>` or `<` without an
// escape; other characters that XML forbids, or references to them; errors in the document type. It reads
// UTF-8, UTF-16, UTF-32 and ISO-8859-1.
#pragma once

#include <cstddef>
#include <memory>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "common/text/character_check.hpp"
#include "consumer/invoice/file_buffer.hpp"
#include "consumer/invoice/ubl_document.hpp"
#include "consumer/invoice/ubl_reader.hpp"
#include "consumer/work/processor.hpp"

namespace pipeline {

class UblProcessor final : public Processor {
  public:
    static constexpr std::size_t kDefaultMaxBytes = std::size_t{64} << 20;

    // Ids are names of files in `spool`; without a spool, ids are paths. `patience` bounds the retries of a
    // file that cannot be read at present.
    explicit UblProcessor(std::shared_ptr<const SpoolFolder> spool, std::size_t max_bytes = kDefaultMaxBytes,
                          Patience patience = Patience{});

    void process(const Acquired& invoice, Result& result) override;

  private:
    void process_file(const Acquired& invoice, Result& result);
    // Parses the buffer into document_. Returns an empty string, or the reason for rejection.
    [[nodiscard]] std::string parse();
    void judge(Result& result) const;
    // Returns "not well-formed XML at line L, column C: WHAT" for a byte offset that pugixml gives.
    [[nodiscard]] std::string malformed(std::ptrdiff_t offset, std::string_view what);

    bool is_spool_;
    FileBuffer file_;
    pugi::xml_document xml_;
    bool converted_ = false;  // pugixml converted the text: its offsets are not the file's
    UblReader reader_;
    UblDocument document_;
};

}  // namespace pipeline
