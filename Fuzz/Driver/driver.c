/* libFuzzer brings main; the targets are in Swift, where this name is looked for. */
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* So that the linker keeps it. */
int (*const gauger_fuzz_entry)(const uint8_t *, size_t) = LLVMFuzzerTestOneInput;
