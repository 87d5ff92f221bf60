package dev.leat.registry.capability;

import dev.leat.contract.FunctionRef;
import dev.leat.store.StoreFailure;
import java.time.LocalDate;

/**
 * Where it is kept what functions asked of the host. Laws:
 *
 * <ol>
 *   <li>{@code add} adds to what is kept of that day, on whichever node it was counted, within the
 *       bounds of {@link Uses}.
 *   <li>Of a function that is not deployed nothing is kept; with the function, and with its tenant,
 *       all of it goes.
 *   <li>{@code since} gives the sum of that day and those after it. Days before the last {@value
 *       #DAYS_KEPT} are not kept.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface UsesStore {
  int DAYS_KEPT = 30;

  /**
   * @return false if it was not added, since another node writes it just now: to be tried again
   */
  boolean add(FunctionRef function, LocalDate day, Uses more);

  Uses since(FunctionRef function, LocalDate day);
}
