add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
                    -Woverloaded-virtual -Wimplicit-fallthrough -Werror)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 warns of std::variant and std::optional members that it cannot prove set, in code that is right.
  add_compile_options(-Wno-maybe-uninitialized)
endif()

if(TUNSTACK_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

# tunstack_product(TARGET headers...): libFuzzer watches it; the tests it does not, which would cost a fifth of their
# build. Where that is built most often, with sanitizers, headers that it includes everywhere are read once; the other
# presets show that each file includes what it uses.
function(tunstack_product target)
  if(TUNSTACK_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  if(TUNSTACK_SANITIZE)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()
