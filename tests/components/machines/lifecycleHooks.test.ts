import { departureHook, memberRefresh } from "../../../components/machines/lifecycleHooks.plan";

describe("a member's rollout", () => {
  test("never begins without the machine's leave, and replaces the old machine before the new one comes", () => {
    const { scaleInProtectedInstances, minHealthyPercentage, maxHealthyPercentage } = memberRefresh.preferences;
    expect(scaleInProtectedInstances).toBe("Wait");
    expect({ minHealthyPercentage, maxHealthyPercentage }).toEqual({
      minHealthyPercentage: 0,
      maxHealthyPercentage: 100,
    });
  });

  test("lets a dead machine go at once, and gives a live one time for a heartbeat", () => {
    expect(departureHook.defaultResult).toBe("CONTINUE");
    expect(departureHook.heartbeatTimeout).toBeLessThanOrEqual(180);
    expect(departureHook.heartbeatTimeout).toBeGreaterThanOrEqual(90);
  });
});
