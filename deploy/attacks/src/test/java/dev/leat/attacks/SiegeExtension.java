package dev.leat.attacks;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests the one node that all of them attack, and looks at its threads after each class. */
final class SiegeExtension implements ParameterResolver, AfterAllCallback {
  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType().equals(Siege.class);
  }

  @Override
  public Siege resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return siege(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    siege(context).assertThreadsAreBack();
  }

  private static Siege siege(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(SiegeExtension.class))
        .computeIfAbsent(Siege.class, key -> Siege.begin(), Siege.class);
  }
}
