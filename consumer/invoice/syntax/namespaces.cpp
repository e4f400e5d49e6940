// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/syntax/namespaces.hpp"

namespace pipeline {
namespace {

Space ubl_space(std::string_view name) noexcept {
    if (name == "CommonBasicComponents-2") return Space::Basic;
    if (name == "CommonAggregateComponents-2") return Space::Aggregate;
    if (name == "CommonExtensionComponents-2") return Space::Extension;
    if (name == "Invoice-2") return Space::Invoice;
    if (name == "CreditNote-2") return Space::CreditNote;
    if (name == "AttachedDocument-2") return Space::AttachedDocument;
    return Space::None;
}

Space cii_space(std::string_view name) noexcept {
    if (name == "ReusableAggregateBusinessInformationEntity:100") return Space::CiiAggregate;
    if (name == "UnqualifiedDataType:100") return Space::CiiUnqualified;
    if (name == "CrossIndustryInvoice:100") return Space::CrossIndustryInvoice;
    return Space::None;
}

}  // namespace

Space space_of(std::string_view uri) noexcept {
    constexpr std::string_view kUbl = "urn:oasis:names:specification:ubl:schema:xsd:";
    constexpr std::string_view kCii = "urn:un:unece:uncefact:data:standard:";
    if (uri.starts_with(kUbl)) return ubl_space(uri.substr(kUbl.size()));
    if (uri.starts_with(kCii)) return cii_space(uri.substr(kCii.size()));
    if (uri == "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader")
        return Space::BusinessDocument;
    return Space::None;
}

}  // namespace pipeline
