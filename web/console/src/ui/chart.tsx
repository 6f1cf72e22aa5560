/* ECharts, only the parts in use, in a file of its own that is loaded when a chart is shown. Drawn as SVG: sharp at
 * every size and half the code of the canvas. A chart is a picture with a sentence; the numbers stand in a table. */
import { LineChart, PieChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { type EChartsCoreOption, init, use as register } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";

register([LineChart, PieChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

export interface Palette {
  text: string;
  line: string;
  brand: string;
  card: string;
}

export function palette(dark: boolean): Palette {
  return dark
    ? { text: "#a3a9b5", line: "#2b2d34", brand: "#818cf8", card: "#1e2026" }
    : { text: "#5b606b", line: "#e4e6eb", brand: "#4f46e5", card: "#ffffff" };
}

export function Chart({ option, label }: { option: EChartsCoreOption; label: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const chart = init(element, undefined, { renderer: "svg" });
    const fontFamily = getComputedStyle(element).fontFamily; // texts are measured apart from the page: a real name
    chart.setOption({ ...option, textStyle: { fontFamily }, animation: !still });
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(element);
    return () => {
      watch.disconnect();
      chart.dispose();
    };
  }, [option]);
  return (
    <div role="img" aria-label={label}>
      <div ref={place} className="chart" aria-hidden="true" />
    </div>
  );
}
