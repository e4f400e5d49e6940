// SPDX-License-Identifier: Apache-2.0
// A body on its way into the ledger. A source gives an invoice's body once, so the ledger keeps it with every
// row that is not booked. The record of such a row has, after its id, the body and whatever else it would
// have without one (Extra::Kept): a header, the body, the other bytes.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "common/core/bytes/byte_span.hpp"

namespace pipeline {

struct KeptBody {
    std::uint64_t body_bytes;
    Extra kind;  // of the bytes after the body; None: there are none
    std::array<std::uint8_t, 3> unused;
    std::uint32_t seal;  // seal_now() when the header was made

    [[nodiscard]] static KeptBody make(std::string_view body, Extra kind) noexcept;
    [[nodiscard]] std::uint32_t seal_now() const noexcept;
    // Returns the header's bytes, which live as long as the header.
    [[nodiscard]] std::string_view bytes() const noexcept;
};
static_assert(sizeof(KeptBody) == 16);

// Returns the body that the ledger has to keep; a view without data if there is none. Throws as id_in() does,
// and DamagedMemory if the header does not fit its seal or the bytes after it.
[[nodiscard]] std::string_view kept_body_in(std::uint8_t id_length, const IdBytes& id,
                                            const ByteAreaView& bytes);
// As extra_in(), also if the bytes lie after a body that the ledger has to keep.
[[nodiscard]] std::string_view extra_beside_body(std::uint8_t id_length, const IdBytes& id, Extra kind,
                                                 const ByteAreaView& bytes);

}  // namespace pipeline
