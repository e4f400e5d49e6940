// SPDX-License-Identifier: Apache-2.0
// The namespaces that the readers know.
#pragma once

#include <cstdint>
#include <string_view>

namespace pipeline {

enum class Space : std::uint8_t {
    None,  // no namespace, or one that the readers do not know
    // UBL 2.1
    Invoice,
    CreditNote,
    AttachedDocument,
    Aggregate,
    Basic,
    Extension,
    // CII D16B
    CrossIndustryInvoice,
    CiiAggregate,
    CiiUnqualified,
    // the envelope
    BusinessDocument,
};

[[nodiscard]] Space space_of(std::string_view uri) noexcept;

}  // namespace pipeline
