// SPDX-License-Identifier: Apache-2.0
#include "consumer/xml/xml_memory.hpp"

#include <malloc.h>

#include <cstdint>
#include <cstdlib>

namespace pipeline {
namespace {

struct Budget {
    std::size_t in_use = 0;
    std::size_t most = SIZE_MAX;
    bool was_exhausted = false;

    bool allows(std::size_t bytes) noexcept {
        if (bytes <= most && in_use <= most - bytes) return true;
        was_exhausted = true;
        return false;
    }
};
thread_local Budget budget;

}  // namespace

void* xml_allocate(std::size_t bytes) noexcept {
    if (!budget.allows(bytes)) return nullptr;
    void* const memory = std::malloc(bytes);
    if (memory != nullptr) budget.in_use += ::malloc_usable_size(memory);
    return memory;
}

void* xml_reallocate(void* memory, std::size_t bytes) noexcept {
    if (bytes == 0) {
        xml_free(memory);
        return nullptr;
    }
    const std::size_t before = memory == nullptr ? 0 : ::malloc_usable_size(memory);
    if (bytes > before && !budget.allows(bytes - before)) return nullptr;
    void* const moved = std::realloc(memory, bytes);
    if (moved != nullptr) budget.in_use += ::malloc_usable_size(moved) - before;
    return moved;
}

void xml_free(void* memory) noexcept {
    if (memory != nullptr) budget.in_use -= ::malloc_usable_size(memory);
    std::free(memory);
}

std::size_t xml_memory_in_use() noexcept {
    return budget.in_use;
}

void bound_xml_memory(std::size_t most) noexcept {
    budget.most = most;
    budget.was_exhausted = false;
}

bool xml_memory_was_exhausted() noexcept {
    return budget.was_exhausted;
}

}  // namespace pipeline
