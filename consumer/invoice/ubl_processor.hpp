// SPDX-License-Identifier: Apache-2.0
// The processor for e-invoices: reads a UBL 2.1 Invoice or CreditNote from a file, takes supplier, currency
// and totals from it and checks EN 16931's calculation rules. Booked: all of them hold. Rejected: the file
// was read, and is wrong: a rule is violated (the reason begins with their ids, one blank between two), an
// amount is no number, it is no UBL, or no well-formed XML. Failed: the file could not be read,
// has been replaced or changed, or is larger than the limit.
//
// A document type is skipped and no entity but XML's own five is ever expanded: `&other;` stays as it is
// written. Well-formedness is checked as far as pugixml does (tags match, quotes close, one root), and
// beyond that for stray text, several roots, characters that XML forbids and bytes that are not UTF-8. Not
// noticed: attributes given twice, prefixes that are not declared (their elements match nothing), `--` in
// comments, `]]>` or `<` where they must be escaped, references to characters that XML forbids, and what a
// document type says. UTF-8, UTF-16, UTF-32 and ISO-8859-1 are understood.
#pragma once

#include <cstddef>
#include <memory>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "consumer/invoice/file_buffer.hpp"
#include "consumer/invoice/ubl_document.hpp"
#include "consumer/invoice/ubl_reader.hpp"
#include "consumer/work/character_check.hpp"
#include "consumer/work/processor.hpp"

namespace pipeline {

class UblProcessor final : public Processor {
  public:
    static constexpr std::size_t kDefaultMaxBytes = std::size_t{64} << 20;

    // An id is the name of a file in `spool`; without one, an id is a path as it is. `patience`: with files
    // that cannot be read at present.
    explicit UblProcessor(std::shared_ptr<const SpoolFolder> spool, std::size_t max_bytes = kDefaultMaxBytes,
                          Patience patience = Patience{});

    void process(const Acquired& invoice, Result& result) override;

  private:
    void process_file(const Acquired& invoice, Result& result);
    // Reads the document out of the buffer into document_; an empty string, or why it is rejected.
    [[nodiscard]] std::string parse();
    void judge(Result& result) const;
    // "not well-formed XML at line L, column C: WHAT", for a byte offset of the file as pugixml reads it.
    [[nodiscard]] std::string malformed(std::ptrdiff_t offset, std::string_view what);

    bool is_spool_;
    FileBuffer file_;
    pugi::xml_document xml_;
    bool converted_ = false;  // the parsed text is not the file's bytes, but made from them
    UblReader reader_;
    UblDocument document_;
};

}  // namespace pipeline
