// Pages work without this: it adds focus on faults, a folding menu, one click for two.
import { initAll } from "/static/vendor/govuk-frontend.min.js";

initAll();
