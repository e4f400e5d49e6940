// SPDX-License-Identifier: Apache-2.0
// Any bytes as an invoice: the processor gives a result, the same one each time, with texts that can be kept,
// in bounded time and memory (libFuzzer's -timeout and -malloc_limit_mb).
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/core/terms/invoice_terms.hpp"
#include "consumer/invoice/invoice_processor.hpp"
#include "tests/fuzz/memory_file.hpp"
#include "tests/fuzz/require.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 20;

void check(const Result& result) {
    // A file that can be read is no failure.
    require(result.status == Status::Booked || result.status == Status::Rejected, "it is booked or rejected");
    const bool booked = result.status == Status::Booked;
    require(booked || (result.has_details && !result.details.reason_text().empty()),
            "what is rejected has a reason");
    if (!result.has_details) return;
    require(!booked || result.details.reason_text().empty(), "what is booked has none");
    require(is_clean(result.details.reason_text()), "the reason is one line of UTF-8");
    require(is_clean(result.details.supplier_text()), "the supplier is one line of UTF-8");
    require(result.extra != nullptr, "what is read has terms");
    const auto terms = unpack_terms(result.extra->text);
    require(terms.has_value(), "the terms can be unpacked");
    for (const std::string_view term : terms->terms) require(is_clean(term), "a term is one line of UTF-8");
    require((*terms)[Term::FileDigest].size() == 64, "the file has a digest");
    require(result.extra->text.size() <= kMaxResultBytes, "the terms fit into a record");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const MemoryFile file;
    static InvoiceProcessor used({}, kMostBytes);  // has processed everything before
    file.set({data, size});
    Result result;
    used.process(Acquired(file.path()), result);
    check(result);
    InvoiceProcessor fresh({}, kMostBytes);
    Result again;
    fresh.process(Acquired(file.path()), again);
    require(described(again) == described(result) && again.extra->text == result.extra->text,
            "the result depends on the file alone");
    return 0;
}
