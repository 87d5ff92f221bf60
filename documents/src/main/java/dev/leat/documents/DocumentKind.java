package dev.leat.documents;

import dev.leat.contract.Answer;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import java.util.Optional;
import java.util.function.Function;

/**
 * A kind of document that users hand in, YAML or JSON in UTF-8.
 *
 * @param what it is, to begin a sentence: {@code The manifest}
 * @param form what it must be, to follow "must be": {@code an object with the keys ...}
 * @param bytesMax the longest that is read
 * @param invalid how one is refused that has mistakes
 */
public record DocumentKind(String what, String form, int bytesMax, ProblemCode invalid) {
  /**
   * Reads a document, hostile ones too; one with mistakes is refused with all of them.
   *
   * @param read makes the value of the document's root, on which it notes what is wrong; gives none
   *     only if it noted something
   */
  public <T> Answer<T> read(byte[] document, Function<ClosedObject, Optional<T>> read) {
    if (document.length > bytesMax) {
      return Answer.refused(
          invalid,
          "%s has %d bytes, at most %d are allowed.".formatted(what, document.length, bytesMax));
    }
    Findings findings = new Findings();
    Optional<T> value =
        DocumentSyntax.parse(document, form, findings)
            .map(root -> new ClosedObject(root, "", findings))
            .flatMap(read);
    return value.isPresent() && findings.isEmpty()
        ? Answer.done(value.get())
        : Answer.refused(Problem.of(invalid, what, findings.toList()));
  }
}
