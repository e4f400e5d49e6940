// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/memory_segment.hpp"

#include <cstdlib>
#include <map>
#include <utility>

#include "common/shm/segment.hpp"

namespace pipeline {
namespace {

struct Bytes {
    void* address;
    std::size_t size;
};

std::map<std::string, Bytes>& offered() {
    static std::map<std::string, Bytes> segments;
    return segments;
}

}  // namespace

struct Segment::Mapping {
    std::string name;
    Bytes bytes;
};

Segment::Segment(std::unique_ptr<Mapping> mapping) noexcept : mapping_(std::move(mapping)) {}
Segment::Segment(Segment&&) noexcept = default;
Segment& Segment::operator=(Segment&&) noexcept = default;
Segment::~Segment() = default;

Segment Segment::create(const std::string&, std::size_t) {
    std::abort();  // nothing that is fuzzed makes segments
}

std::optional<Segment> Segment::open(const std::string& name, Access) {
    const auto found = offered().find(name);
    if (found == offered().end()) return std::nullopt;
    return Segment(std::make_unique<Mapping>(Mapping{name, found->second}));
}

void Segment::remove(const std::string&) noexcept {}
void Segment::remove_abandoned(const std::string&) {}
void Segment::publish() {}
void Segment::replace() {}

const std::string& Segment::name() const noexcept {
    return mapping_->name;
}
void* Segment::address() const noexcept {
    return mapping_->bytes.address;
}
std::size_t Segment::size() const noexcept {
    return mapping_->bytes.size;
}
int Segment::fd() const noexcept {
    return -1;
}
std::optional<bool> Segment::is_written() const noexcept {
    return std::nullopt;
}
bool Segment::has_its_name() const noexcept {
    return true;
}

}  // namespace pipeline

namespace pipeline::test {

void offer_segment(const std::string& name, void* address, std::size_t bytes) {
    offered()[name] = {address, bytes};
}
void forget_segments() {
    offered().clear();
}

}  // namespace pipeline::test
