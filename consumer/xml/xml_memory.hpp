// SPDX-License-Identifier: Apache-2.0
// The memory of the XML parsers of a thread, with a bound: a hostile document (a million different names)
// ends its parsing, not the process.
#pragma once

#include <cstddef>

namespace pipeline {

// As malloc(), realloc() and free(), but fails beyond the bound. A parser must be freed by the thread that
// has made it.
void* xml_allocate(std::size_t bytes) noexcept;
void* xml_reallocate(void* memory, std::size_t bytes) noexcept;
void xml_free(void* memory) noexcept;

// The bytes in use by this thread.
[[nodiscard]] std::size_t xml_memory_in_use() noexcept;
// Sets the bound of this thread, and forgets whether it was met.
void bound_xml_memory(std::size_t most) noexcept;
// True if something was refused since then because of the bound.
[[nodiscard]] bool xml_memory_was_exhausted() noexcept;

}  // namespace pipeline
