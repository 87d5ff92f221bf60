package dev.leat.documents;

import dev.leat.contract.Finding;
import java.util.ArrayList;
import java.util.List;

/** The mistakes found in one document, the first {@value #MAX} of them. */
final class Findings {
  static final int MAX = 50;

  private final List<Finding> found = new ArrayList<>();

  void add(String at, String message) {
    if (!isFull()) {
      found.add(new Finding(at, message));
    }
  }

  boolean isFull() {
    return found.size() >= MAX;
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  List<Finding> toList() {
    return List.copyOf(found);
  }
}
