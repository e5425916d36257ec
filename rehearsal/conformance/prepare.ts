import { join } from "node:path";
import { componentVersions } from "../../components/node/kubernetesVersions.plan";
import { prepareSteps } from "../assets/assets";
import { goStep } from "../assets/goBuild";
import { builtKubernetesVersion, goGroup, groupOf } from "../assets/goModules";
import type { Report } from "../assets/types";
import { imagesStep } from "./imagesStep";
import type { SuitePrograms } from "./runSuite";

/** Programs and images of the conformance suite, of the Kubernetes version that most rehearsals run; builds what is missing. */
export async function prepareConformance(report: Report): Promise<SuitePrograms> {
  const versions = componentVersions(builtKubernetesVersion);
  const [suite, registry, coredns] = [
    goGroup("conformance", versions),
    goGroup("registry", versions),
    goGroup(groupOf("coredns", versions.coredns), versions),
  ];
  const images = imagesStep({ suite, registry, coredns });
  const steps = [goStep(suite), goStep(registry), images] as const;
  const at = await prepareSteps(steps, report);
  return { suite: at(steps[0]), registry: join(at(steps[1]), "registry"), images: join(at(images), "images") };
}
