/** The picture as a file: looks are written into the SVG, and drawn on a canvas for the PNG. */

const KEPT = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity', 'font-family', 'font-size', 'font-weight', 'font-style', 'text-anchor'];
const SCALE = 2;
const MOST_PIXELS = 16_000;

/** The SVG by itself: no style sheet and no theme is needed to see it as it is now. */
export function svgText(root: SVGSVGElement, background: string): string {
  const copy = root.cloneNode(true) as SVGSVGElement;
  const originals = root.querySelectorAll<SVGElement>('rect, path, text, circle');
  copy.querySelectorAll<SVGElement>('rect, path, text, circle').forEach((element, index) => {
    const style = getComputedStyle(originals[index] as SVGElement);
    for (const name of KEPT) element.setAttribute(name, style.getPropertyValue(name));
  });
  for (const each of copy.querySelectorAll('.ring, .toggle')) each.remove();
  for (const each of copy.querySelectorAll('[tabindex]')) each.removeAttribute('tabindex');
  const { width, height } = root.viewBox.baseVal;
  const paper = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  for (const [name, value] of Object.entries({ width, height, fill: background })) paper.setAttribute(name, String(value));
  copy.prepend(paper);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  return new XMLSerializer().serializeToString(copy);
}

/** The PNG as base64. Drawn shape by shape: a page of VS Code may load no picture of its own making. */
export function pngBase64(root: SVGSVGElement, background: string): string {
  const { width, height } = root.viewBox.baseVal;
  const scale = Math.min(SCALE, MOST_PIXELS / Math.max(width, height, 1));
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  const context = canvas.getContext('2d');
  if (!context) return '';
  context.scale(scale, scale);
  context.fillStyle = background;
  context.fillRect(0, 0, width, height);
  for (const shape of root.querySelectorAll<SVGElement>('rect, path, text, circle')) {
    if (!shape.closest('.ring, .toggle, defs')) paint(context, shape);
  }
  return canvas.toDataURL('image/png').replace(/^data:[^,]*,/, '');
}

function paint(context: CanvasRenderingContext2D, shape: SVGElement): void {
  const style = getComputedStyle(shape);
  const number = (name: string): number => Number(shape.getAttribute(name) ?? 0);
  context.save();
  context.globalAlpha = Number(style.opacity);
  if (shape instanceof SVGTextElement) {
    context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    context.fillStyle = style.fill;
    context.fillText(shape.textContent ?? '', number('x'), number('y'));
    context.restore();
    return;
  }
  const way = new Path2D(shape.getAttribute('d') ?? undefined);
  if (shape instanceof SVGRectElement) way.roundRect(number('x'), number('y'), number('width'), number('height'), number('rx'));
  if (shape instanceof SVGCircleElement) way.arc(number('cx'), number('cy'), number('r'), 0, 2 * Math.PI);
  if (style.fill !== 'none') {
    context.globalAlpha *= Number(style.fillOpacity);
    context.fillStyle = style.fill;
    context.fill(way);
    context.globalAlpha = Number(style.opacity);
  }
  if (style.stroke !== 'none') {
    context.strokeStyle = style.stroke;
    context.lineWidth = parseFloat(style.strokeWidth);
    context.setLineDash(style.strokeDasharray === 'none' ? [] : style.strokeDasharray.split(/[ ,]+/).map(parseFloat));
    context.stroke(way);
  }
  if (shape instanceof SVGPathElement && shape.hasAttribute('marker-end')) paintHead(context, shape, style.stroke);
  context.restore();
}

function paintHead(context: CanvasRenderingContext2D, line: SVGPathElement, colour: string): void {
  const length = line.getTotalLength();
  const end = line.getPointAtLength(length);
  const before = line.getPointAtLength(Math.max(0, length - 2));
  context.translate(end.x, end.y);
  context.rotate(Math.atan2(end.y - before.y, end.x - before.x));
  context.fillStyle = colour;
  context.fill(new Path2D('M1 0 L-9 -5 L-9 5 Z'));
}
